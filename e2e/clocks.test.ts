import { expect, test } from 'bun:test';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConversationId, MessageObject } from '@tpx/protocol';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { migrate } from '@tpx/server/db/migrate.ts';
import { PostgresClock } from '@tpx/server/db/postgres-clock.ts';
import { trimLogs } from '@tpx/server/groups/trim-logs.ts';
import { claimTurn } from '@tpx/server/jobs/claim-turn.ts';
import { Api, createGroup, createPerson, startServer, until } from '@tpx/testkit';
import { hasDebianPostgres, startDebianPostgres } from './debian-postgres.fixture.ts';
import { hasFakeTime, offBy, offByFile } from './fake-time.fixture.ts';
import { OwnPostgres } from './own-postgres.fixture.ts';

type Ready = { ready: boolean; parts: Record<string, { ok: boolean; message?: string }> };
const DAY_MS = 86_400_000;
const silent = { announce: () => undefined, changed: () => undefined } as never;

async function readiness(url: string): Promise<Ready> {
  return (await (await fetch(`${url}/readyz`)).json()) as Ready;
}

test.if(hasFakeTime)(
  'CLOCK-1 a node whose clock is a day ahead deletes nothing that is young, says so, and its tokens are those of the others',
  async () => {
    await using postgres = await OwnPostgres.start();
    await using server = await startServer({ databaseUrl: postgres.url });
    const alice = await createPerson(server, 'Alice');
    const group = await createGroup(alice);
    await alice.api.call('PATCH', `/groups/${group.id}`, { messages_retention: 3_600 });
    const sent = await alice.api.call('POST', '/messages/send', {
      group_id: group.id,
      type: 'text',
      content: { text: 'seconds old' },
    });
    expect(sent.status).toBe(201);
    const database = openDatabase({ url: postgres.url, connections: 1 });
    await database.query('DELETE FROM job_turns');
    await database.close();

    await using wrong = await startServer({ databaseUrl: postgres.url, env: offBy('+1d') });
    const { ready, parts } = await readiness(wrong.url);
    expect(ready).toBe(true);
    expect(parts.clock?.message).toContain('s behind this node');
    await wrong.wrote('deletes nothing for its age');
    const metrics = await (await fetch(`${wrong.url}/metrics`)).text();
    expect(metrics).toContain('tpx_expiry_paused 1');

    expect((await new Api(wrong.url, alice.tokens.access_token).call('GET', '/users/me')).status).toBe(200);
    const bob = await createPerson(wrong, 'Bob');
    expect((await new Api(server.url, bob.tokens.access_token).call('GET', '/users/me')).status).toBe(200);

    // What is written there bears the time of all.
    const there = new Api(wrong.url, alice.tokens.access_token);
    expect((await there.call('POST', `/groups/${group.id}/add`, { user_id: bob.user.id })).status).toBe(200);
    expect((await there.call('POST', `/groups/${group.id}/kick`, { user_id: bob.user.id })).status).toBe(200);
    const audit = await there.call<{ entries: { action: string; at: string }[] }>(
      'GET',
      `/groups/${group.id}/audit`,
    );
    const entry = audit.body.entries.at(-1);
    expect(entry?.action).toBe('kick');
    expect(Math.abs(Date.parse(entry?.at ?? '') - Date.now())).toBeLessThan(60_000);

    // Its first turn began at its start; stopping waits for it.
    await wrong.stop();
    const history = await alice.api.call<{ messages: MessageObject[] }>(
      'GET',
      `/groups/${group.id}/messages`,
    );
    expect(history.body.messages.map(({ content }) => content)).toContainEqual({ text: 'seconds old' });
  },
  60_000,
);

test.if(hasFakeTime && hasDebianPostgres)(
  'CLOCK-2 after a jump of Postgres’ clock nothing is deleted before its time, and all of it in its time; CLOCK-3 turns go on when it is back',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tpx-clock-'));
    await chmod(folder, 0o755);
    const offset = join(folder, 'offset');
    await writeFile(offset, '+0');
    await using postgres = await startDebianPostgres(offByFile(offset));
    const database = openDatabase({ url: postgres.url, connections: 2 });
    const said: string[] = [];
    let walls = 0;
    const openClock = (wall: () => number) =>
      PostgresClock.open({
        database,
        onTrouble: (sentence) => said.push(sentence),
        onError: (error) => said.push(String(error)),
        wall,
        steadyAfterMs: 200,
      });
    try {
      await migrate(database);
      await using elsewhere = await openClock(Date.now);
      // On the machine of Postgres: what puts its clock forward puts this node's, too.
      await using beside = await openClock(() => Date.now() + walls);
      await using another = await openClock(() => Date.now() + walls);
      const groupId = await makeGroup(database, 3_600);
      await addMessage(database, groupId, 1);
      expect(await elsewhere.settled()).toBeInstanceOf(Date);
      expect(await claimTurn(database, 'trim_logs', 60_000)).toBe(true);
      const trim = async () => {
        const now = await until(() => beside.settled(), { what: 'the clock to run evenly' });
        return trimLogs({ database, announcer: silent }, now as Date);
      };

      walls = DAY_MS;
      await writeFile(offset, '+1d');
      expect(await elsewhere.settled()).toBeNull();
      expect(elsewhere.trouble).toContain('s ahead of this node');
      expect(await beside.settled()).toBeNull();
      expect(await another.settled()).toBeNull();
      expect(
        await database.query('SELECT round(step_seconds / 60)::integer AS minutes FROM clock_steps'),
      ).toEqual([{ minutes: 1_440 }]);
      await addMessage(database, groupId, 2);
      expect(await trim()).toBe(0);
      expect(await elsewhere.settled()).toBeNull();
      expect(await claimTurn(database, 'trim_logs', 60_000)).toBe(true);

      walls = 0;
      await writeFile(offset, '+0');
      expect(await beside.settled()).toBeNull();
      expect(await claimTurn(database, 'trim_logs', 60_000)).toBe(true);
      expect(await trim()).toBe(0);
      await until(() => elsewhere.settled(), { what: 'the clocks to agree again' });
      expect(said).toContainEqual(expect.stringContaining('agrees with this node again'));
      await database.query('UPDATE groups SET messages_retention = 0');
      // The second was stored by a clock that was ahead, and stays until that time has come.
      expect(await trim()).toBe(1);
      expect(await database.query('SELECT seq::integer FROM messages')).toEqual([{ seq: 2 }]);
    } finally {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  60_000,
);

test.if(hasFakeTime && hasDebianPostgres)(
  'CLOCK-2 what was stored while Postgres’ clock was a day behind is not deleted when it is put right',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tpx-clock-'));
    await chmod(folder, 0o755);
    const offset = join(folder, 'offset');
    await writeFile(offset, '-1d');
    await using postgres = await startDebianPostgres(offByFile(offset));
    const database = openDatabase({ url: postgres.url, connections: 2 });
    try {
      await migrate(database);
      await using clock = await PostgresClock.open({
        database,
        onTrouble: () => undefined,
        onError: () => undefined,
        steadyAfterMs: 200,
      });
      expect(await clock.settled()).toBeNull();
      const groupId = await makeGroup(database, 3_600);
      await addMessage(database, groupId, 1);
      await writeFile(offset, '+0');
      const now = await until(() => clock.settled(), { what: 'the clock to run evenly' });
      expect(await trimLogs({ database, announcer: silent }, now as Date)).toBe(0);
      const tomorrow = new Date((now as Date).getTime() + 3_700_000);
      expect(await trimLogs({ database, announcer: silent }, tomorrow)).toBe(1);
    } finally {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  60_000,
);

type Database = ReturnType<typeof openDatabase>;

async function makeGroup(database: Database, retention: number): Promise<ConversationId> {
  const [owner, group] = [crypto.randomUUID(), crypto.randomUUID()];
  await database.query(
    `INSERT INTO users (id, username, pin, display_name) VALUES ($1, 'owner', 'P1', 'Owner')`,
    [owner],
  );
  await database.query(`INSERT INTO conversations (id, kind) VALUES ($1, 'group')`, [group]);
  await database.query(
    `INSERT INTO groups (id, name, owner_id, upload_max_bytes, messages_retention) VALUES ($1, 'Room', $2, 1, $3)`,
    [group, owner, retention],
  );
  return group as ConversationId;
}

async function addMessage(database: Database, groupId: ConversationId, seq: number): Promise<void> {
  await database.query(
    `INSERT INTO messages (conversation_id, seq, id, sender_id, type, created_at)
     SELECT $1, $2, gen_random_uuid(), g.owner_id, 'text', clock_timestamp() FROM groups g WHERE g.id = $1`,
    [groupId, seq],
  );
  await database.query('UPDATE conversations SET last_seq = $2 WHERE id = $1', [groupId, seq]);
}
