import { expect, test } from 'bun:test';
import { ConfigError, readConfig } from './config.ts';
import { secretsHider } from './secrets.ts';
import { SETTINGS, type SettingName } from './settings.ts';

test('CFG-1: without any variable a node is complete', () => {
  expect(readConfig({ PATH: '/bin' })).toMatchObject({
    host: '127.0.0.1',
    port: 4000,
    databaseUrl: null,
    workers: 1,
  });
});

test.each([
  [{ TPX_PROT: '1' }, 'TPX_PROT is not a setting'],
  [{ TPX_PORT: 'http' }, 'TPX_PORT is "http", but must be a number.'],
  [{ TPX_PORT: '70000' }, 'TPX_PORT is "70000"'],
  [{ TPX_DATABASE_URL: 'mysql://x' }, 'must be a URL that begins with postgres://'],
  [{ TPX_RATE_LIMITS: 'sned=1/1s' }, 'there is no bucket "sned"'],
  [{ TPX_RATE_LIMITS: 'send=fast' }, 'is not like send=50/1s'],
  [{ TPX_ROLES: 'gateway,dancer' }, 'TPX_ROLES'],
  [{ TPX_PORT: '4001' }, 'both 4001'],
  [{ TPX_WORKERS: '2' }, 'set TPX_NATS_URL'],
  [{ TPX_WORKERS: '0' }, 'TPX_WORKERS is "0"'],
  [{ TPX_NATS_URL: 'nats://a, http://b' }, 'that begin with nats:// or tls://'],
])('CFG-2: %p stops the start with a sentence', (environment, sentence) => {
  expect(() => readConfig(environment)).toThrow(ConfigError);
  expect(() => readConfig(environment)).toThrow(sentence);
});

test('CLU-2 several workers and several servers of NATS are settings', () => {
  const settings = { TPX_WORKERS: '4', TPX_NATS_URL: 'nats://a:4222,nats://b:4222' };
  expect(readConfig(settings)).toMatchObject({ workers: 4, natsUrl: settings.TPX_NATS_URL });
});

/** What people type who are in a hurry; `sekrit` is the password, or a part of it. */
const MISTYPED = [
  'postgress://tpx:sekrit@db/tpx',
  'postgres:/tpx:sekrit@db/tpx',
  'tpx:sekrit@db/tpx',
  'postgres://tpx:12/sekrit@db/tpx',
  'postgres://tpx:12?sekrit@db/tpx',
  'postgres://tpx:12#sekrit@db/tpx',
  'postgres://tpx:p@ss sekrit@db:port/tpx',
  'postgres://tpx:sekrit%zz@db/tpx',
  'host=db user=tpx password=sekrit',
  'postgres//tpx@db?password=sekrit',
  ' sekrit',
];

test.each((Object.keys(SETTINGS) as SettingName[]).filter((name) => 'secret' in SETTINGS[name]))(
  'CFG-4: %s is refused without showing what it is',
  (name) => {
    for (const value of MISTYPED) {
      let said = '';
      try {
        readConfig({ [name]: value });
      } catch (error) {
        said = (error as Error).message;
      }
      expect(said).not.toContain('sekrit');
      if (name.endsWith('_URL')) expect(said).toStartWith(`${name} (not shown, it may hold a password) must`);
    }
  },
);

test('CFG-4: nor does a password show that went into another variable', () => {
  const names = Object.keys(SETTINGS).filter((name) => name !== 'TPX_DATA_DIR' && name !== 'TPX_HOST');
  for (const name of names)
    for (const value of MISTYPED.slice(0, -1)) {
      try {
        readConfig({ [name]: value });
      } catch (error) {
        expect((error as Error).message).not.toContain('sekrit');
      }
    }
});

test('CFG-4: what others say of an address loses the login, as it is written and as it is meant', () => {
  const hide = secretsHider({
    TPX_DATABASE_URL: 'postgres://tpx:p%40ss%22word@db.example/tpx',
    TPX_NATS_URL: 'nats://first:nats-pass@a:4222, nats://tokentoken@b:4222',
    TPX_S3_SECRET_KEY: 'keykeykey',
    TPX_HOST: '127.0.0.1',
  });
  const line = JSON.stringify({
    msg: 'p@ss"word p%40ss%22word nats-pass tokentoken keykeykey db.example 127.0.0.1',
  });
  expect(hide(line)).toBe(
    JSON.stringify({ msg: '(hidden) (hidden) (hidden) (hidden) (hidden) db.example 127.0.0.1' }),
  );
  expect(secretsHider({ TPX_DATABASE_URL: 'postgres://db/tpx' })('postgres://db/tpx a')).toBe(
    'postgres://db/tpx a',
  );
});

test('CFG-3: an empty variable is as good as unset', () => {
  expect(readConfig({ TPX_DATABASE_URL: '', TPX_PORT: '' })).toMatchObject({ port: 4000, databaseUrl: null });
});

test('LIM-2: an operator changes some buckets and leaves the others', () => {
  const { rateLimits } = readConfig({ TPX_RATE_LIMITS: 'send=50/1s,register=100/2h' });
  expect(rateLimits?.send).toEqual({ burst: 50, perSecond: 50 });
  expect(rateLimits?.register).toEqual({ burst: 100, perSecond: 100 / 7200 });
  expect(rateLimits?.ping).toMatchObject({ burst: 3, perSecond: 0.05 });
  expect(readConfig({ TPX_RATE_LIMITS: 'off' }).rateLimits).toBeUndefined();
});
