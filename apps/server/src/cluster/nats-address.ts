import type { ConnectionOptions } from '@nats-io/transport-node';

/**
 * What the library needs for TPX_NATS_URL: it takes hosts and ports, while a URL may also carry a login
 * (`nats://user:password@host`, `nats://token@host`) and ask for TLS. Several servers of one NATS are separated by commas.
 */
export function natsAddress(text: string): ConnectionOptions {
  const urls = text.split(',').map((part) => new URL(part.trim()));
  const [first] = urls;
  const user = decodeURIComponent(first?.username ?? '');
  const pass = decodeURIComponent(first?.password ?? '');
  return {
    servers: urls.map(({ host }) => host),
    ...(pass !== '' ? { user, pass } : user !== '' && { token: user }),
    ...(first?.protocol === 'tls:' && { tls: {} }),
  };
}
