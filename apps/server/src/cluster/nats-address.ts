import type { ConnectionOptions } from '@nats-io/transport-node';

/**
 * What the library needs for TPX_NATS_URL: it takes hosts and ports, while a URL may also carry a login
 * (`nats://user:password@host`, `nats://token@host`) and ask for TLS. Several servers of one NATS are separated by commas.
 */
export function natsAddress(text: string): ConnectionOptions {
  const urls = text.split(',').map((part) => new URL(part.trim()));
  // A library that takes one login and one TLS for all servers must not drop them because the first URL lacks them.
  const login = urls.find(({ username }) => username !== '');
  const user = decodeURIComponent(login?.username ?? '');
  const pass = decodeURIComponent(login?.password ?? '');
  return {
    servers: urls.map(({ host }) => host),
    ...(pass !== '' ? { user, pass } : user !== '' && { token: user }),
    ...(urls.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
  };
}
