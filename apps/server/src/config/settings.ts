import { z } from 'zod';
import { STATEMENT_TIMEOUT_MS } from '../db/database.ts';

/**
 * Every environment variable that a node reads, once: `config.ts` parses by it, `docs/settings.md` is generated from it.
 * `default` is what an unset variable means, in the variable's own notation; null means "not set". The value of a `secret`
 * one is never shown, nor logged.
 */
type Setting = { schema: z.ZodType; default: string | null; help: string; secret?: true };

const wholeNumber = (min: number, max: number) =>
  z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(min).max(max);
const port = wholeNumber(0, 65_535);
const isUrlOf = (protocols: readonly string[], value: string) =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol);
/** A password with a slash or a question mark in it ends the host, and what follows would be taken for a name. */
const hasWholeLogin = (value: string) =>
  value.split(',').every((part) => {
    const { pathname, search, hash, username, password } = new URL(part.trim());
    return !/@/.test(pathname + search + hash) && isEncoded(username + password + pathname);
  });
const isEncoded = (text: string) => !/%(?![0-9a-f]{2})/i.test(text);
const LOGIN_ENCODED = 'must have the signs / ? # @ : % of its name and password as %2F %3F %23 %40 %3A %25';
const beginnings = (protocols: readonly string[]) =>
  protocols.map((protocol) => `${protocol}//`).join(' or ');
const url = (...protocols: string[]) =>
  z.string().refine((value) => isUrlOf(protocols, value), {
    message: `must be a URL that begins with ${beginnings(protocols)}`,
    abort: true,
  });
const urls = (...protocols: string[]) =>
  z.string().refine((value) => value.split(',').every((part) => isUrlOf(protocols, part.trim())), {
    message: `must be URLs, separated by commas, that begin with ${beginnings(protocols)}`,
    abort: true,
  });

export const ROLES = ['gateway', 'upload', 'worker'] as const;

export const SETTINGS = {
  TPX_HOST: {
    schema: z.string().min(1),
    default: '127.0.0.1',
    help: 'Address to listen on; 0.0.0.0 for every interface.',
  },
  TPX_PORT: { schema: port, default: '4000', help: 'Port for HTTP and WebSocket; 0 takes a free one.' },
  TPX_TCP_PORT: { schema: port, default: '4001', help: 'Port of the TCP protocol; 0 takes a free one.' },
  TPX_DATA_DIR: {
    schema: z.string().min(1),
    default: './data',
    help: 'Embedded PostgreSQL, local media, generated keys.',
  },
  TPX_DATABASE_URL: {
    schema: url('postgres:', 'postgresql:').refine(hasWholeLogin, LOGIN_ENCODED),
    default: null,
    secret: true,
    help: 'A real PostgreSQL 15 or newer; unset means the embedded one.',
  },
  TPX_STATEMENT_TIMEOUT_MS: {
    schema: wholeNumber(100, 600_000),
    default: String(STATEMENT_TIMEOUT_MS),
    help: 'PostgreSQL gives a statement up after this; a third longer without any answer, and it counts as away.',
  },
  TPX_DATABASE_CONNECTIONS: {
    schema: wholeNumber(2, 100),
    default: '10',
    help: 'Connections of one node to PostgreSQL; all nodes together must stay below its max_connections.',
  },
  TPX_NATS_URL: {
    schema: urls('nats:', 'tls:').refine(hasWholeLogin, LOGIN_ENCODED),
    default: null,
    secret: true,
    help: 'NATS, which joins the nodes of one database to a cluster; several servers of it separated by commas.',
  },
  TPX_S3_ENDPOINT: {
    schema: url('http:', 'https:'),
    default: null,
    secret: true,
    help: 'An S3-compatible store; unset means a local folder.',
  },
  TPX_S3_BUCKET: { schema: z.string().min(3), default: null, help: 'Bucket for media.' },
  TPX_S3_ACCESS_KEY: {
    schema: z.string().min(1),
    default: null,
    secret: true,
    help: 'Access key of the store.',
  },
  TPX_S3_SECRET_KEY: {
    schema: z.string().min(1),
    default: null,
    secret: true,
    help: 'Secret key of the store.',
  },
  TPX_S3_REGION: { schema: z.string().min(1), default: null, help: 'Region of the store.' },
  TPX_WORKERS: {
    schema: wholeNumber(1, 256),
    default: '1',
    help: 'Processes that share the port; more than one needs NATS.',
  },
  TPX_ROLES: {
    schema: z
      .string()
      .transform((value) => value.split(',').map((role) => role.trim()))
      .pipe(z.array(z.enum(ROLES)).min(1)),
    default: 'gateway,upload,worker',
    help: 'What each process does.',
  },
  TPX_RECENT_EVENTS_MB: {
    schema: wholeNumber(1, 65_536),
    default: '64',
    help: 'Memory for the recent events of live conversations; what does not fit is read from PostgreSQL.',
  },
  TPX_UNREAD_MB: {
    schema: wholeNumber(8, 65_536),
    default: '256',
    help: 'Memory for what connected clients have not read yet; past it those furthest behind are closed and catch up.',
  },
  TPX_RATE_LIMITS: {
    schema: z.string(),
    default: 'on',
    help: '`on`, `off` (benchmarks and tests only), or buckets to change: `send=50/1s,register=100/1h`.',
  },
  TPX_TRUSTED_PROXIES: {
    schema: z.string().transform((value) =>
      value
        .split(',')
        .map((address) => address.trim())
        .filter(Boolean),
    ),
    default: '',
    help: 'Addresses of load balancers whose X-Forwarded-For is believed, comma-separated.',
  },
  TPX_METRICS_TOKEN: {
    schema: z.string().regex(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 printable ASCII characters'),
    default: null,
    secret: true,
    help: 'Opens `/metrics` from other machines, as `Authorization: Bearer ...`; unset means from this one only.',
  },
  TPX_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    default: 'info',
    help: 'How much is logged.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
