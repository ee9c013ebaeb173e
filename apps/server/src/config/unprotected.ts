import { isThisMachine } from '@tpx/protocol';
import type { Config } from './config.ts';

/** Ways of TLS to PostgreSQL on which nobody reads along; `prefer` and `allow` give it up where somebody asks for it. */
const TLS_MODES: readonly string[] = ['require', 'verify-ca', 'verify-full'];

/**
 * Services that the node reaches over a network without TLS, each with a sentence for anyone who runs it. On this machine, by
 * loopback or a Unix socket, nobody is in between (spec CLU-43).
 */
export function unprotectedServices({
  databaseUrl,
  natsUrl,
}: Pick<Config, 'databaseUrl' | 'natsUrl'>): string[] {
  const sentences: string[] = [];
  if (databaseUrl !== null && isUnprotectedDatabase(new URL(databaseUrl))) {
    sentences.push(
      'Warning: PostgreSQL is reached over the network without TLS: anyone in between can read and change everything. Add ?sslmode=verify-full to TPX_DATABASE_URL, see docs/scaling.md.',
    );
  }
  const nats = (natsUrl ?? '').split(',').filter((part) => part.trim() !== '');
  const far = nats.map((part) => new URL(part.trim())).filter(({ hostname }) => !isThisMachine(hostname));
  if (far.length > 0 && !far.some(({ protocol }) => protocol === 'tls:')) {
    sentences.push(
      'Warning: NATS is reached over the network without TLS: anyone in between can read every message. Begin TPX_NATS_URL with tls://, see docs/scaling.md.',
    );
  }
  if (far.length > 0 && !far.some(({ username }) => username !== '')) {
    sentences.push(
      'Warning: NATS is reached over the network without a login: if it needs none, anyone who reaches it reads every message. Put one into TPX_NATS_URL, see docs/scaling.md.',
    );
  }
  return sentences;
}

/** A node that others reach without a balancer in front, which alone has TLS (spec START-12). */
export function unprotectedListener({
  host,
  trustedProxies,
}: Pick<Config, 'host' | 'trustedProxies'>): string[] {
  if (isThisMachine(host) || trustedProxies.length > 0) return [];
  return [
    `Warning: with TPX_HOST=${host} other machines reach this node, and the way to it is not encrypted: anyone in between can read passwords and messages. Put a proxy with TLS in front (deploy/) and its address into TPX_TRUSTED_PROXIES, or leave TPX_HOST at 127.0.0.1.`,
  ];
}

function isUnprotectedDatabase({ hostname, searchParams }: URL): boolean {
  // libpq's way to name a folder of Unix sockets.
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  if (host === '' || host.startsWith('/') || isThisMachine(host)) return false;
  return !TLS_MODES.includes(searchParams.get('sslmode') ?? '');
}
