import { resolve } from 'node:path';
import { z } from 'zod';
import { parseRateLimits, type RateLimits } from './rate-limit-setting.ts';
import { isSecret, withoutLogin } from './secrets.ts';
import { SETTINGS, type SettingName } from './settings.ts';

/** What a node was told, checked and typed. */
export type Config = {
  host: string;
  port: number;
  tcpPort: number;
  dataDir: string;
  databaseUrl: string | null;
  statementTimeoutMs: number;
  databaseConnections: number;
  natsUrl: string | null;
  workers: number;
  roles: readonly string[];
  recentEventsMb: number;
  unreadMb: number;
  rateLimits: RateLimits;
  trustedProxies: readonly string[];
  metricsToken: string | null;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
};

/** A variable that can't be; the message is a sentence that says what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Record<string, string | undefined>;

/** @throws {ConfigError} */
export function readConfig(environment: Environment): Config {
  for (const name of Object.keys(environment)) {
    if (name.startsWith('TPX_') && !Object.hasOwn(SETTINGS, name)) {
      throw new ConfigError(
        `${name} is not a setting of TPX. Unset it, or correct its name: see docs/settings.md.`,
      );
    }
  }
  const read = <Name extends SettingName>(name: Name) => readSetting(environment, name);
  const config: Config = {
    host: read('TPX_HOST') ?? '',
    port: read('TPX_PORT') ?? 0,
    tcpPort: read('TPX_TCP_PORT') ?? 0,
    dataDir: resolve(read('TPX_DATA_DIR') ?? ''),
    databaseUrl: read('TPX_DATABASE_URL'),
    statementTimeoutMs: read('TPX_STATEMENT_TIMEOUT_MS') ?? 0,
    databaseConnections: read('TPX_DATABASE_CONNECTIONS') ?? 0,
    natsUrl: read('TPX_NATS_URL'),
    workers: read('TPX_WORKERS') ?? 1,
    roles: read('TPX_ROLES') ?? [],
    recentEventsMb: read('TPX_RECENT_EVENTS_MB') ?? 0,
    unreadMb: read('TPX_UNREAD_MB') ?? 0,
    rateLimits: parseRateLimits(read('TPX_RATE_LIMITS') ?? 'on', ConfigError),
    trustedProxies: read('TPX_TRUSTED_PROXIES') ?? [],
    metricsToken: read('TPX_METRICS_TOKEN'),
    logLevel: read('TPX_LOG_LEVEL') ?? 'info',
  };
  refuseContradictions(config, environment);
  return config;
}

function readSetting<Name extends SettingName>(
  environment: Environment,
  name: Name,
): z.output<(typeof SETTINGS)[Name]['schema']> | null {
  const setting = SETTINGS[name];
  const given = environment[name];
  const text = given === undefined || given === '' ? setting.default : given;
  if (text === null) return null;
  const parsed = setting.schema.safeParse(text);
  if (!parsed.success) {
    const wrong = z.prettifyError(parsed.error).replace(/^✖ /, '');
    const shown = isSecret(name)
      ? `${name} (not shown, it may hold a password)`
      : `${name} is "${withoutLogin(text)}", but`;
    throw new ConfigError(`${shown} ${wrong}. ${setting.help}`);
  }
  return parsed.data as z.output<(typeof SETTINGS)[Name]['schema']>;
}

function refuseContradictions(config: Config, environment: Environment): void {
  if (config.workers > 1 && config.natsUrl === null) {
    throw new ConfigError(
      `TPX_WORKERS is ${config.workers}, but the workers find each other through NATS: set TPX_NATS_URL, or use npm run cluster.`,
    );
  }
  const s3 = Object.keys(environment).filter((name) => name.startsWith('TPX_S3_') && environment[name]);
  if (s3.length > 0) {
    throw new ConfigError(
      `${s3.join(', ')}: media are not part of this version yet. Unset ${s3.length > 1 ? 'them' : 'it'}.`,
    );
  }
  if (config.port !== 0 && config.port === config.tcpPort) {
    throw new ConfigError(
      `TPX_PORT and TPX_TCP_PORT are both ${config.port}. Give one of them another port.`,
    );
  }
}
