import { expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LIMITS } from '@tpx/protocol';
import { createGroup, createPerson, type Person, signInAgain, until } from '@tpx/testkit';
import { Presence, type Socket } from 'phoenix';
import { claimsOf } from './inside.fixture.ts';
import { clientsOfEachTest, Heard, ok } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();
const [alice, bob] = await people(server, 'alice', 'bob');
const bobsPhone = await signInAgain(server, bob);
const clients = clientsOfEachTest();
const connect = (person: Person) => clients.connectAs(server, person);

/** The official Presence in a room, and what it told. */
async function present(socket: Socket, groupId: string) {
  const channel = socket.channel(`group:${groupId}`);
  const presence = new Presence(channel);
  const told: string[] = [];
  presence.onJoin((key, current) => told.push(`${current ? 'more' : 'join'} ${key}`));
  presence.onLeave((key, current) => told.push(`${current.metas.length > 0 ? 'less' : 'leave'} ${key}`));
  await ok(channel.join());
  await until(() => presence.list((key) => key).length > 0, { what: 'presence_state' });
  const devices = (key: string) => presence.state[key]?.metas.length ?? 0;
  return { channel, presence, told, devices };
}

test('PRES-1 list, onJoin and onLeave with two devices of one person', async () => {
  const group = await createGroup(alice, [bob]);
  const a = await present(connect(alice), group.id);
  const b1 = await present(connect(bob), group.id);
  await until(() => a.devices(bob.user.id) === 1, { what: 'the first device' });
  const b2 = await present(connect(bobsPhone), group.id);
  await until(() => a.devices(bob.user.id) === 2, { what: 'the second device' });
  expect(a.presence.list((key) => key).sort()).toEqual([alice.user.id, bob.user.id].sort());
  const [one, two] = a.presence.state[bob.user.id]?.metas ?? [];
  expect(one?.device).not.toBe(two?.device);
  expect(Date.parse(one?.online_at ?? '')).not.toBeNaN();
  await ok(b2.channel.leave());
  await until(() => a.devices(bob.user.id) === 1, { what: 'the second device to leave' });
  await ok(b1.channel.leave());
  await until(() => a.devices(bob.user.id) === 0, { what: 'the first device to leave' });
  const id = bob.user.id;
  expect(a.told.slice(1)).toEqual([`join ${id}`, `more ${id}`, `less ${id}`, `leave ${id}`]);
});

test('PRES-2 a device that lost its connection leaves after the grace, one that is back within it never left', async () => {
  const group = await createGroup(alice, [bob]);
  const a = await present(connect(alice), group.id);
  const lost = connect(bob);
  const returning = connect(bobsPhone);
  await present(lost, group.id);
  await until(() => a.devices(bob.user.id) === 1, { what: 'the first device' });
  const back = await present(returning, group.id);
  await until(() => a.devices(bob.user.id) === 2, { what: 'both devices' });
  const told = a.told.length;
  const ref = () => a.presence.state[bob.user.id]?.metas.find(({ device }) => device === phone)?.phx_ref;
  const phone = claimsOf(bobsPhone).sid.slice(-8);
  const refBefore = ref();
  const goneAt = performance.now();
  lost.disconnect();
  // Not by disconnect(): the client takes it for a broken connection and comes back by itself.
  returning.conn?.close();
  await until(() => back.channel.state === 'errored', { what: 'the loss to be noticed' });
  await until(() => back.channel.state === 'joined', { what: 'the phone to be back' });
  await until(() => a.devices(bob.user.id) === 1, { what: 'the lost device to leave' });
  const graceMs = performance.now() - goneAt;
  expect(graceMs).toBeGreaterThan(LIMITS.presenceGraceMs - 200);
  expect(graceMs).toBeLessThan(LIMITS.presenceGraceMs + 1_500);
  expect(a.told.slice(told)).toEqual([`less ${bob.user.id}`]);
  expect(ref()).toBe(refBefore);
}, 20_000);

test('PRES-5 who appears offline is not shown, and sees the others', async () => {
  const group = await createGroup(alice, [bob]);
  const hidden = await createPerson(server, 'hidden');
  await alice.api.call('POST', `/groups/${group.id}/add`, { user_id: hidden.user.id });
  await hidden.api.call('PATCH', '/users/me', { status: { state: 'offline', text: '' } });
  const a = await present(connect(alice), group.id);
  const h = await present(connect(hidden), group.id);
  expect(h.presence.list((key) => key)).toEqual([alice.user.id]);
  await hidden.api.call('PATCH', '/users/me', { status: { state: 'online', text: '' } });
  await until(() => a.devices(hidden.user.id) === 1, { what: 'the hidden one to show' });
  expect(a.told.slice(1)).toEqual([`join ${hidden.user.id}`]);
});

test('PRES-4 above 200 online a room is told as a count, below it as a list again', async () => {
  const out = join(server.dataDir, 'tokens.txt');
  const repository = resolve(import.meta.dirname, '..');
  const place = process.env.TPX_DATABASE_URL
    ? ['--database-url', process.env.TPX_DATABASE_URL]
    : ['--data-dir', server.dataDir];
  const seed = ['bench/src/main.ts', 'seed', '--users', '203', '--groups', '1', '--out', out, ...place];
  const seeded = spawnSync(process.execPath, seed, { cwd: repository, encoding: 'utf8' });
  expect(seeded.stderr + seeded.stdout).toContain('203 users');
  const people = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const topic = `group:${people[0]?.[1]}`;
  const enter = async (token: string | undefined) => {
    const socket = clients.connect(server, token ?? '');
    const channel = socket.channel(topic);
    const heard = new Heard(channel, ['presence_state', 'presence_diff', 'presence_count']);
    await ok(channel.join());
    return { channel, heard };
  };
  const watcher = await enter(people[0]?.[0]);
  await watcher.heard.next('presence_state');
  const others = await Promise.all(people.slice(1, 202).map(([token]) => enter(token)));
  const last = await enter(people[202]?.[0]);
  const countOf = ({ online }: { online: number }) => online === 203;
  await watcher.heard.next('presence_count', countOf);
  await last.heard.next('presence_count', countOf);
  expect(last.heard.of('presence_state')).toEqual([]);
  const counts = watcher.heard.of('presence_count').length;
  expect(counts).toBeLessThanOrEqual(3);
  const page = await fetch(`${server.url}/groups/${people[0]?.[1]}/members?online=true&limit=100`, {
    headers: { authorization: `Bearer ${people[0]?.[0]}` },
  });
  expect(((await page.json()) as { members: unknown[] }).members).toHaveLength(100);
  const states = watcher.heard.of('presence_state').length;
  for (const { channel } of others.slice(0, 3)) await ok(channel.leave());
  await until(() => watcher.heard.of('presence_state').length > states, { what: 'the list again' });
  expect(Object.keys(watcher.heard.of('presence_state').at(-1) ?? {})).toHaveLength(200);
  await ok(last.channel.leave());
  const diff = await watcher.heard.next<{ leaves: object }>('presence_diff', ({ leaves }) => {
    return Object.keys(leaves).length === 1;
  });
  expect(diff).toMatchObject({ joins: {} });
}, 60_000);
