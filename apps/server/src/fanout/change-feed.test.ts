import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { UserId } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import { openTestDatabase, type TestDatabase } from '../db/test-database.ts';
import { announceAfterCommit } from './announce-after-commit.ts';
import type { Change } from './announcer.ts';
import { ChangeFeed, recordChanges, removeOldChanges } from './change-feed.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const change = (name: string): Change => ({ type: 'user_updated', userId: name as UserId });
const announcer = {
  inDoubt: () => undefined,
  logged: () => undefined,
  changed: () => undefined,
  signalUser: () => undefined,
};
const announce = (...names: string[]) =>
  announceAfterCommit({ database, announcer }, async (_tx, later) => {
    for (const name of names) later.changed(change(name));
  });

/**
 * A transaction in another database of this server that began before a change was stored holds the horizon: the change would
 * be found again.
 */
async function horizonToPass() {
  const isPast = async () => {
    const rows = await database.query(
      'SELECT 1 FROM announced_changes WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot())',
    );
    return rows.length === 0;
  };
  await until(isPast, { what: 'the end of earlier transactions', timeoutMs: 50_000 });
}

/** A node that looks when it is told to, and what it applied. */
async function follower() {
  await horizonToPass();
  const applied: string[] = [];
  const clock = { now: 0 };
  let lost = 0;
  const feed = new ChangeFeed(
    {
      database,
      apply: (change) => applied.push((change as { userId: string }).userId),
      lost: () => lost++,
      onError: (error) => {
        throw error;
      },
    },
    () => clock.now,
  );
  await feed.look();
  return {
    applied,
    clock,
    look: () => feed.look(),
    isNew: (id: number) => feed.isNew(id),
    lost: () => lost,
    [Symbol.asyncDispose]: () => feed.close(),
  };
}

test('CLU-10 what has committed since the last look is applied, each change once', async () => {
  await announce('before');
  await using node = await follower();
  await announce('a', 'b');
  await node.look();
  await announce('c');
  await node.look();
  await node.look();
  expect(node.applied).toEqual(['a', 'b', 'c']);
});

test('CLU-10 what was told already is not applied when it is found, nor what is told after it was found', async () => {
  await using node = await follower();
  const ids: (number | undefined)[] = [];
  const recording = { ...announcer, changed: (_change: Change, id?: number) => void ids.push(id) };
  await announceAfterCommit({ database, announcer: recording }, async (_tx, later) => {
    later.changed(change('told'));
    later.changed(change('untold'));
  });
  const [told = 0, untold = 0] = ids;
  expect(node.isNew(told)).toBe(true);
  await node.look();
  expect(node.applied).toEqual(['untold']);
  expect([node.isNew(told), node.isNew(untold)]).toEqual([false, false]);
  await node.look();
  expect(node.applied).toEqual(['untold']);
});

test('CLU-10 what is rolled back is never applied', async () => {
  await using node = await follower();
  const failing = announceAfterCommit({ database, announcer }, async (_tx, later) => {
    later.changed(change('never'));
    throw new Error('after all not');
  });
  await expect(failing).rejects.toThrow('after all not');
  await announce('real');
  await node.look();
  expect(node.applied).toEqual(['real']);
});

test('CLU-10 a transaction that began early and commits late is not missed', async () => {
  await using node = await follower();
  await database.transaction(async (slow) => {
    await recordChanges(slow, [change('slow')]);
    await announce('quick');
    await node.look();
    expect(node.applied).toEqual(['quick']);
  });
  await announce('later');
  await node.look();
  await node.look();
  expect(node.applied).toEqual(['quick', 'slow', 'later']);
});

test('CLU-10 a node that could not look for too long says so once, and goes on from there', async () => {
  await using node = await follower();
  await announce('unseen');
  node.clock.now += 3_500_000;
  await node.look();
  await announce('seen');
  await node.look();
  expect([node.applied, node.lost()]).toEqual([['seen'], 1]);
});

test('CLU-10 old changes are removed, young ones stay', async () => {
  await announce('young');
  await database.query(
    `UPDATE announced_changes SET announced_at = now() - interval '2 hours' WHERE change ->> 'userId' <> 'young'`,
  );
  await removeOldChanges(database, new Date());
  const rows = await database.query("SELECT change ->> 'userId' AS name FROM announced_changes");
  expect(rows).toEqual([{ name: 'young' }]);
});
