import type { Config } from './config.ts';

/** Ways of TLS to PostgreSQL on which nobody reads along; `prefer` and `allow` give it up where somebody asks for it. */
const TLS_MODES: readonly string[] = ['require', 'verify-ca', 'verify-full'];

/**
 * Services that the node reaches over a network without TLS, each with a sentence for whoever runs it. On this machine, by
 * loopback or a Unix socket, nobody is in between (spec CLU-43).
 */
export function unprotectedServices({
  databaseUrl,
  natsUrl,
}: Pick<Config, 'databaseUrl' | 'natsUrl'>): string[] {
  const sentences: string[] = [];
  if (databaseUrl !== null && isUnprotectedDatabase(new URL(databaseUrl))) {
    sentences.push(
      'Warning: PostgreSQL is reached over the network without TLS: whoever is in between reads and changes everything. Add ?sslmode=verify-full to TPX_DATABASE_URL, see docs/scaling.md.',
    );
  }
  const nats = (natsUrl ?? '').split(',').filter((part) => part.trim() !== '');
  const far = nats.map((part) => new URL(part.trim())).filter(({ hostname }) => !isHere(hostname));
  if (far.length > 0 && !far.some(({ protocol }) => protocol === 'tls:')) {
    sentences.push(
      'Warning: NATS is reached over the network without TLS: whoever is in between reads every message. Begin TPX_NATS_URL with tls://, see docs/scaling.md.',
    );
  }
  if (far.length > 0 && !far.some(({ username }) => username !== '')) {
    sentences.push(
      'Warning: NATS is reached over the network without a login: if it needs none, whoever reaches it reads every message. Put one into TPX_NATS_URL, see docs/scaling.md.',
    );
  }
  return sentences;
}

function isUnprotectedDatabase({ hostname, searchParams }: URL): boolean {
  // libpq's way to name a folder of Unix sockets.
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  if (host === '' || host.startsWith('/') || isHere(host)) return false;
  return !TLS_MODES.includes(searchParams.get('sslmode') ?? '');
}

function isHere(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(host) ||
    /^::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}$/.test(host)
  );
}
