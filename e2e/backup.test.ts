import { afterAll, expect, test } from 'bun:test';
import { chmod, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { GroupObject, LogEvent, MessageObject } from '@tpx/protocol';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { Api, createGroup, createPerson, type Person, startServer, type Tokens, until } from '@tpx/testkit';
import { hasDebianPostgres, startDebianPostgres } from './debian-postgres.fixture.ts';
import { readSchema } from './schema.fixture.ts';

const REPOSITORY = resolve(import.meta.dirname, '..');
const isEmbedded = process.env.TPX_DATABASE_URL === undefined;
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('TPX_')),
);

const folder = await mkdtemp(join(tmpdir(), 'tpx-backup-'));
// PostgreSQL runs as another user where root runs the tests.
await chmod(folder, 0o755);
afterAll(() => rm(folder, { recursive: true, force: true }));

type Where = { TPX_DATA_DIR: string } | { TPX_DATABASE_URL: string };

async function npmRun(command: 'backup' | 'restore', file: string, where: Where) {
  const child = Bun.spawn(['npm', 'run', '--silent', '--prefix', REPOSITORY, command, '--', file], {
    cwd: folder,
    env: { ...inherited, ...where },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said: out + err };
}

async function done(command: 'backup' | 'restore', file: string, where: Where): Promise<string> {
  const { code, said } = await npmRun(command, file, where);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said}`);
  return said;
}

const send = (person: Person, group: GroupObject, text: string, more: object = {}) =>
  person.api.call<{ message: MessageObject }>('POST', '/messages/send', {
    group_id: group.id,
    type: 'text',
    content: { text },
    ...more,
  });

async function textsOf(url: string, token: string, group: GroupObject): Promise<string[]> {
  const api = new Api(url, token);
  const texts: string[] = [];
  for (let after = 0; ; ) {
    const { status, body } = await api.call<{ events: LogEvent[]; has_more: boolean }>(
      'GET',
      `/groups/${group.id}/events?after=${after}&limit=200`,
    );
    expect(status).toBe(200);
    for (const event of body.events) {
      expect(event.seq).toBe(after + 1);
      after = event.seq;
      if (event.event !== 'message') continue;
      const { content } = event.payload.message;
      if (content && 'text' in content) texts.push(content.text);
    }
    if (!body.has_more) return texts;
  }
}

test.if(isEmbedded && hasDebianPostgres)(
  'BACKUP-1 what was acknowledged before a backup of a busy server is in it, from the embedded PostgreSQL into another and back',
  async () => {
    await using debian = await startDebianPostgres();
    const file = 'busy.tpx';
    let tokens: Tokens;
    let group: GroupObject;
    let person: Person;
    const acknowledged: string[] = [];
    const odd = 'tab\t, \\N, a line\nand "quotes", {braces}, 🕯️, \\.';
    {
      await using server = await startServer({ env: { TPX_DATABASE_URL: '' } });
      person = await createPerson(server, 'Alice');
      const reader = await createPerson(server, 'Bob');
      group = await createGroup(person, [reader]);
      await send(person, group, odd);
      let stopped = false;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let n = 0; !stopped; n++) {
          const text = `${writer} wrote ${n}`;
          expect((await send(person, group, text)).status).toBe(201);
          acknowledged.push(text);
        }
      });
      await until(() => acknowledged.length > 200, { what: 'the writers to write' });
      const before = [...acknowledged];
      const said = await done('backup', file, { TPX_DATA_DIR: server.dataDir });
      expect(said).toContain('messages: ');
      const written = acknowledged.length;
      await until(() => acknowledged.length > written + 50, { what: 'the writers to write on' });
      stopped = true;
      await Promise.all(writers);
      tokens = person.tokens;
      acknowledged.splice(0, Number.POSITIVE_INFINITY, ...before);
    }
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);

    await done('restore', file, { TPX_DATABASE_URL: debian.url });
    {
      await using server = await startServer({ databaseUrl: debian.url });
      const texts = await textsOf(server.url, tokens.access_token, group);
      expect(texts[0]).toBe(odd);
      for (const text of acknowledged) expect(texts).toContain(text);
      const refreshed = await new Api(server.url).call<Tokens>('POST', '/auth/refresh', {
        refresh_token: tokens.refresh_token,
      });
      expect(refreshed.status).toBe(200);
      const api = new Api(server.url, tokens.access_token);
      const found = await api.call<{ messages: MessageObject[] }>('GET', '/search?q="wrote 7"');
      expect(found.body.messages.length).toBeGreaterThan(0);
      const back = { ...person, api };
      expect((await send(back, group, 'written after the restore')).status).toBe(201);
      await done('backup', 'back.tpx', { TPX_DATABASE_URL: debian.url });
    }

    const dataDir = join(folder, 'again');
    await done('restore', 'back.tpx', { TPX_DATA_DIR: dataDir });
    await using server = await startServer({ dataDir, env: { TPX_DATABASE_URL: '' } });
    const texts = await textsOf(server.url, tokens.access_token, group);
    expect(texts.at(-1)).toBe('written after the restore');
    for (const text of acknowledged) expect(texts).toContain(text);
  },
  120_000,
);

test.if(isEmbedded)(
  'BACKUP-2 a backup of a server that is not running; a file that is cut, changed or none, and a database that is not empty, are refused and nothing is changed',
  async () => {
    const dataDir = join(folder, 'source');
    {
      await using server = await startServer({ dataDir, env: { TPX_DATABASE_URL: '' } });
      const alice = await createPerson(server, 'Alice');
      const group = await createGroup(alice);
      for (let n = 0; n < 50; n++) await send(alice, group, `message ${n} ${crypto.randomUUID()}`);
      await server.stop();
    }
    await done('backup', 'whole.tpx', { TPX_DATA_DIR: dataDir });
    const listed = Bun.spawnSync(['tar', 'tzf', join(folder, 'whole.tpx')])
      .stdout.toString()
      .trim()
      .split('\n');
    expect(listed[0]).toBe('manifest.json');
    expect(listed).toContain('tables/messages/000001.copy');
    expect(listed.at(-1)).toBe('end.json');
    expect(await npmRun('backup', 'whole.tpx', { TPX_DATA_DIR: dataDir })).toMatchObject({
      code: 1,
      said: expect.stringContaining('is there already: name a new file'),
    });
    expect(await npmRun('restore', 'whole.tpx', { TPX_DATA_DIR: dataDir })).toMatchObject({
      code: 1,
      said: expect.stringContaining('into an empty database only'),
    });

    expect(await npmRun('backup', join('nowhere', 'x.tpx'), { TPX_DATA_DIR: dataDir })).toMatchObject({
      code: 1,
      said: expect.stringContaining('The backup cannot be written'),
    });

    const whole = await Bun.file(join(folder, 'whole.tpx')).bytes();
    await writeFile(join(folder, 'cut.tpx'), whole);
    await truncate(join(folder, 'cut.tpx'), whole.length - 2_000);
    const tar = Bun.gunzipSync(whole);
    const at = Buffer.from(tar).indexOf('message 7 ');
    tar[at + 8] = '8'.charCodeAt(0);
    await writeFile(join(folder, 'changed.tpx'), Bun.gzipSync(tar));
    await writeFile(join(folder, 'none.tpx'), 'something else');
    const newer = Bun.gunzipSync(whole);
    newer.set(Buffer.from('"format_version": 9'), Buffer.from(newer).indexOf('"format_version": 1'));
    await writeFile(join(folder, 'newer.tpx'), Bun.gzipSync(newer));
    const target = join(folder, 'untouched');
    for (const [name, sentence] of [
      ['cut.tpx', 'cut short'],
      ['changed.tpx', 'checksum does not match'],
      ['none.tpx', 'is not a backup of TPX'],
      ['newer.tpx', 'made by a newer version of TPX'],
      ['missing.tpx', 'There is no file'],
    ] as const) {
      expect(await npmRun('restore', name, { TPX_DATA_DIR: target })).toMatchObject({
        code: 1,
        said: expect.stringContaining(sentence),
      });
    }
    expect(await Bun.file(join(target, 'postgres', 'PG_VERSION')).exists()).toBe(false);
    expect(await npmRun('backup', 'nothing.tpx', { TPX_DATA_DIR: target })).toMatchObject({
      code: 1,
      said: expect.stringContaining('There is no database in'),
    });
  },
  120_000,
);

test.if(hasDebianPostgres).each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'BACKUP-2 a backup that %s interrupts leaves no file',
  async (signal) => {
    await using debian = await startDebianPostgres();
    {
      await using server = await startServer({ databaseUrl: debian.url });
      await createPerson(server, 'Alice');
    }
    const database = openDatabase({ url: debian.url, connections: 1 });
    try {
      await database.transaction(async (tx) => {
        // The backup waits for this table, its file begun.
        await tx.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
        const begun = async () =>
          (await readdir(folder)).some(
            (name) => name.startsWith(`${signal}.tpx.`) && name.endsWith('.partial'),
          );
        const child = Bun.spawn(
          [process.execPath, 'apps/server/src/backup.ts', join(folder, `${signal}.tpx`)],
          {
            cwd: REPOSITORY,
            env: { ...inherited, TPX_DATABASE_URL: debian.url },
            stdout: 'ignore',
            stderr: 'pipe',
          },
        );
        await until(begun, { what: 'a file to be begun' });
        child.kill(signal);
        expect(await new Response(child.stderr).text()).toBe('The backup was interrupted. Run it again.\n');
        expect(await child.exited).toBe(128 + constants.signals[signal]);
      });
    } finally {
      await database.close();
    }
    expect((await readdir(folder)).filter((name) => name.startsWith(signal))).toEqual([]);
  },
  60_000,
);

test.if(isEmbedded && hasDebianPostgres)(
  'BACKUP-3 a backup of an earlier version is restored with its own schema and then brought up to date',
  async () => {
    await using debian = await startDebianPostgres();
    const database = openDatabase({ url: debian.url, connections: 1 });
    try {
      const file = join(import.meta.dirname, 'earlier-data', '5-job-turns.sql');
      await database.query(await Bun.file(file).text());
      expect(await npmRun('backup', 'too-early.tpx', { TPX_DATABASE_URL: debian.url })).toMatchObject({
        code: 1,
        said: expect.stringContaining('start the server of this version on them once'),
      });
      await database.query('ALTER TABLE schema_migrations ADD COLUMN checksum text');
      const { readMigrations } = await import('@tpx/server/db/migration-files.ts');
      for (const { name, checksum } of await readMigrations())
        await database.query('UPDATE schema_migrations SET checksum = $2 WHERE name = $1', [name, checksum]);
    } finally {
      await database.close();
    }
    await done('backup', 'earlier.tpx', { TPX_DATABASE_URL: debian.url });
    const dataDir = join(folder, 'of-earlier');
    expect(await done('restore', 'earlier.tpx', { TPX_DATA_DIR: dataDir })).toContain('up to date');
    await using server = await startServer({ dataDir, env: { TPX_DATABASE_URL: '' } });
    await using fresh = await startServer({ env: { TPX_DATABASE_URL: '' } });
    const schemaOf = (dir: string) =>
      readSchema(`postgres:///tpx?host=${join(dir, 'run')}&port=5432&user=tpx`);
    expect(await schemaOf(dataDir)).toEqual(await schemaOf(fresh.dataDir));
    const signedIn = await new Api(server.url).call('POST', '/auth/login', {
      username: 'olivia',
      password: 'correct horse battery',
    });
    expect(signedIn.status).toBe(200);
  },
  120_000,
);
