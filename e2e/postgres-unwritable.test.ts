import { afterAll, beforeAll, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageObject, RefusalBody } from '@tpx/protocol';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { chooseAccount } from '@tpx/server/db/embedded-account.ts';
import { createGroup, type Person, startServer, type TestServer, until } from '@tpx/testkit';
import { OwnPostgres } from './own-postgres.fixture.ts';
import { Clients, joined, ok, outcomeOf, refused, text } from './phoenix-client.fixture.ts';
import { people } from './server.fixture.ts';

type Sent = { message: MessageObject };
type Page = { messages: MessageObject[] };
type Refused = { error: RefusalBody };
type Ready = { parts: { postgres: { ok: boolean; message?: string } } };

let postgres: OwnPostgres;
beforeAll(async () => {
  postgres = await OwnPostgres.start();
});
afterAll(() => postgres[Symbol.asyncDispose]());

/** One statement each: ALTER SYSTEM and CREATE DATABASE run in no transaction. */
async function administer(...statements: string[]): Promise<void> {
  const admin = openDatabase({ url: postgres.url, connections: 1 });
  try {
    // The session may have begun when everything was read-only.
    await admin.query('SET default_transaction_read_only = off');
    for (const statement of statements) await admin.query(statement);
  } finally {
    await admin.close();
  }
}

async function readiness(server: TestServer) {
  const answer = await fetch(`${server.url}/readyz`);
  return { status: answer.status, message: ((await answer.json()) as Ready).parts.postgres.message };
}

async function pair(clients: Clients, server: TestServer) {
  const [alice, bob] = await people(server, 'alice', 'bob');
  const group = await createGroup(alice, [bob]);
  const enter = (person: Person) => joined(clients.connectAs(server, person), `group:${group.id}`);
  return { alice, bob, group, a: await enter(alice), b: await enter(bob) };
}

/** Everything that writes is refused as `unavailable`, by push and by REST. */
async function expectRefusals({ alice, group, a }: Awaited<ReturnType<typeof pair>>, id: string) {
  for (const [event, payload] of [
    ['edit', { id, content: { text: 'x'.repeat(9_000) } }],
    ['delete', { id }],
    ['react', { id, emoji: '👍', on: true }],
    ['message', text('y'.repeat(9_000))],
  ] as const)
    expect(await refused(a.channel.push(event, payload))).toMatchObject({ code: 'unavailable' });
  const calls = [
    ['POST', '/messages/send', { group_id: group.id, ...text('by REST') }],
    ['POST', '/groups', { name: 'Another' }],
    ['PATCH', '/users/me', { display_name: 'Alice' }],
    ['POST', '/auth/login', { username: alice.user.username, password: alice.password }],
  ] as const;
  for (const [method, path, body] of calls) {
    const answer = await alice.api.call<Refused>(method, path, body);
    expect([path, answer.status, answer.body.error?.code]).toEqual([path, 503, 'unavailable']);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  }
}

test('LOG-13 a PostgreSQL that turns read-only: writes are `unavailable`, /readyz is 503, reads go on', async () => {
  await administer('CREATE DATABASE read_only');
  const url = new URL(postgres.url);
  url.pathname = '/read_only';
  await using server = await startServer({ databaseUrl: url.href });
  using clients = new Clients();
  const world = await pair(clients, server);
  const { message } = await ok<Sent>(world.a.channel.push('message', text('before')));
  expect(await readiness(server)).toEqual({ status: 200, message: undefined });

  await administer('ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()');
  await until(async () => (await readiness(server)).status === 503, { what: 'the node to notice by itself' });
  expect((await readiness(server)).message).toContain('read-only');
  await expectRefusals(world, message.id);
  const page = await world.bob.api.call<Page>('GET', `/groups/${world.group.id}/messages`);
  expect(page.body.messages.at(-1)?.id).toBe(message.id);

  await administer('ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()');
  await until(async () => (await readiness(server)).status === 200, { what: 'the node to be ready again' });
  const after = await ok<Sent>(world.a.channel.push('message', text('after')));
  expect(after.message.seq).toBe(message.seq + 1);
}, 60_000);

/** A file system of a few megabytes, to be full soon; undefined where this machine does not let us have one. */
function smallDisk(megabytes: number) {
  const folder = mkdtempSync(join(tmpdir(), 'tpx-small-disk-'));
  const run = (...command: [string, ...string[]]) =>
    spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
  if (run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder).status !== 0) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const owner = chooseAccount(null);
  if (owner) chownSync(folder, owner.uid, owner.gid);
  return {
    folder,
    unmount() {
      run('umount', '-l', folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const disk = smallDisk(64);
afterAll(() => disk?.unmount());
if (!disk) console.log('Skipped: a full disk (LOG-13) needs root, to mount a small file system.');

test.skipIf(!disk)(
  'LOG-13 a full disk: writes are `unavailable`, /readyz is 503, nothing acknowledged is lost',
  async () => {
    if (!disk) return;
    await administer(
      `CREATE TABLESPACE small LOCATION '${disk.folder}'`,
      'CREATE DATABASE small TABLESPACE small',
    );
    const url = new URL(postgres.url);
    url.pathname = '/small';
    await using server = await startServer({ databaseUrl: url.href });
    using clients = new Clients();
    const world = await pair(clients, server);
    const acknowledged: string[] = [];
    const send = async (length: number) => {
      const outcome = await outcomeOf(world.a.channel.push('message', text(noise(length))));
      if (outcome.status !== 'ok') return (outcome.response as RefusalBody).code;
      acknowledged.push((outcome.response as Sent).message.id);
      return 'ok';
    };
    for (let n = 0; n < 5; n++) expect(await send(100)).toBe('ok');

    const filler = join(disk.folder, 'filler');
    fill(filler);
    const codes = new Set<string>();
    await until(async () => codes.add(await send(8_000)).has('unavailable'), { what: 'the disk to be full' });
    codes.delete('ok');
    expect([...codes]).toEqual(['unavailable']);
    // It is looked at four times a second, for all who ask.
    await until(async () => (await readiness(server)).status === 503, { what: 'the node to be not ready' });
    expect((await readiness(server)).message).toContain('disk');

    rmSync(filler);
    await until(async () => (await readiness(server)).status === 200, { what: 'the node to be ready again' });
    for (let n = 0; n < 5; n++) expect(await send(8_000)).toBe('ok');
    const page = await world.bob.api.call<Page>('GET', `/groups/${world.group.id}/messages?limit=100`);
    const stored = page.body.messages.filter(({ type }) => type === 'text').map(({ id }) => id);
    expect(stored.filter((id) => acknowledged.includes(id))).toEqual(acknowledged);
  },
  60_000,
);

/** Text that does not compress. */
function noise(length: number): string {
  let made = '';
  while (made.length < length) made += Math.random().toString(36).slice(2);
  return made.slice(0, length);
}

function fill(path: string): void {
  const block = new Uint8Array(65_536);
  for (const size of [block.length, 4_096]) {
    try {
      for (;;) writeFileSync(path, block.subarray(0, size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}
