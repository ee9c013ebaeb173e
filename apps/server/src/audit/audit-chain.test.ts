import { afterAll, beforeAll, expect, test } from 'bun:test';
import {
  AUDIT_GENESIS_HASH,
  type AuditEntryObject,
  type ConversationId,
  findBrokenAuditEntry,
  type UserId,
} from '@tpx/protocol';
import { openTestDatabase, type TestDatabase } from '../db/test-database.ts';
import { readAudit } from './read-audit.ts';
import { recordAudit } from './record-audit.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const actorId = Bun.randomUUIDv7() as UserId;
const targetId = Bun.randomUUIDv7() as UserId;
const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex');

/** A group with five entries; `details` are what a jsonb column reorders. */
async function chain(): Promise<ConversationId> {
  const groupId = Bun.randomUUIDv7() as ConversationId;
  for (let index = 0; index < 5; index++) {
    const details = { z: { long_key: index, b: [1, { y: null, x: 'é "quoted"' }] }, a: 1.5, reason: 'spam' };
    await database.transaction((tx) =>
      recordAudit(tx, { groupId, actorId, action: 'ban', targetId, details }),
    );
  }
  return groupId;
}

async function entriesOf(groupId: ConversationId): Promise<AuditEntryObject[]> {
  return (await readAudit(database, groupId, 0, 100)).map(({ entry }) => entry);
}

test('AUDIT-1 each entry names the hash of the one before, and the chain holds when read back', async () => {
  const entries = await entriesOf(await chain());
  expect(entries[0]?.prev_hash).toBe(AUDIT_GENESIS_HASH);
  expect(entries.slice(1).map((entry) => entry.prev_hash)).toEqual(
    entries.slice(0, -1).map((entry) => entry.hash),
  );
  expect(await findBrokenAuditEntry(entries, sha256)).toBe(-1);
});

test('AUDIT-2 the hash is that of the literal JSON of the rule', async () => {
  const groupId = Bun.randomUUIDv7() as ConversationId;
  const entry = await recordAudit(database, {
    groupId,
    actorId,
    action: 'kick',
    targetId,
    details: { b: 1, a: { d: 2, c: 3 } },
  });
  const text = `["${'0'.repeat(64)}","${entry.id}","${entry.at}","${actorId}","kick","${targetId}",{"a":{"c":3,"d":2},"b":1}]`;
  expect(entry.hash).toBe(sha256(text));
  expect(await entriesOf(groupId)).toEqual([entry]);
});

test('AUDIT-2 each field that is altered in the database breaks the chain at its entry', async () => {
  const alterations = [
    `at = at + interval '1 ms'`,
    `actor_id = gen_random_uuid()`,
    `action = 'kick'`,
    `target_id = NULL`,
    `details = details || '{"reason": "none"}'`,
    `id = gen_random_uuid()`,
    `hash = repeat('a', 64)`,
    `prev_hash = repeat('a', 64)`,
  ];
  for (const alteration of alterations) {
    const groupId = await chain();
    await database.query(`UPDATE audit_entries SET ${alteration} WHERE group_id = $1 AND number = 3`, [
      groupId,
    ]);
    expect({ alteration, broken: await findBrokenAuditEntry(await entriesOf(groupId), sha256) }).toEqual({
      alteration,
      broken: 2,
    });
  }
});

test('AUDIT-1 an entry that is taken out breaks the chain where it was', async () => {
  const groupId = await chain();
  await database.query('DELETE FROM audit_entries WHERE group_id = $1 AND number = 2', [groupId]);
  expect(await findBrokenAuditEntry(await entriesOf(groupId), sha256)).toBe(1);
});

test('AUDIT-4 pages come oldest first and can each be checked against the one before', async () => {
  const groupId = await chain();
  let previous = AUDIT_GENESIS_HASH;
  const numbers: number[] = [];
  for (let after = 0; ; ) {
    const page = await readAudit(database, groupId, after, 2);
    const last = page.at(-1);
    if (!last) break;
    expect(
      await findBrokenAuditEntry(
        page.map(({ entry }) => entry),
        sha256,
        previous,
      ),
    ).toBe(-1);
    numbers.push(...page.map(({ number }) => number));
    previous = last.entry.hash;
    after = last.number;
  }
  expect(numbers).toEqual([1, 2, 3, 4, 5]);
});
