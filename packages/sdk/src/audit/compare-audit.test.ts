import { describe, expect, test } from 'bun:test';
import { auditHeadText, readAuditHead } from '@tpx/protocol';
import { MemoryStorage } from '../storage/memory-storage.ts';
import { AuditWitness } from './audit-witness.ts';
import { compareAudit, type WitnessedHead } from './compare-audit.ts';

const hashOf = (text: string) => text.repeat(64).slice(0, 64);
/** A log whose entries have these hashes. */
const log = (...letters: string[]) => letters.map((letter) => ({ hash: hashOf(letter) }));
const head = (count: number, letter: string, shared_by: string | null = null): WitnessedHead => ({
  count,
  hash: hashOf(letter),
  at: `2026-11-0${count}T10:00:00.000Z`,
  shared_by,
});

describe('AUDIT-6 a log is compared with what was witnessed of it', () => {
  const seen = [head(2, 'b'), head(4, 'd')];
  test.each<{
    what: string;
    entries: { hash: string }[];
    confirmed: number | null;
    cut: number[];
    rewritten: number[];
  }>([
    { what: 'nothing more', entries: log('a', 'b', 'c', 'd'), confirmed: 4, cut: [], rewritten: [] },
    { what: 'more', entries: log('a', 'b', 'c', 'd', 'e'), confirmed: 4, cut: [], rewritten: [] },
    { what: 'a cut end', entries: log('a', 'b', 'c'), confirmed: 2, cut: [4], rewritten: [] },
    { what: 'nothing left', entries: [], confirmed: null, cut: [2, 4], rewritten: [] },
    { what: 'a new end', entries: log('a', 'b', 'x', 'y'), confirmed: 2, cut: [], rewritten: [4] },
    { what: 'all anew', entries: log('w', 'x', 'y', 'z', 'e'), confirmed: null, cut: [], rewritten: [2, 4] },
    { what: 'anew and cut', entries: log('w', 'x', 'y'), confirmed: null, cut: [4], rewritten: [2] },
  ])('AUDIT-6 $what', ({ entries, confirmed, cut, rewritten }) => {
    const compared = compareAudit(entries, seen.toReversed());
    expect(compared.confirmed?.count ?? null).toBe(confirmed);
    expect(compared.cut.map(({ count }) => count)).toEqual(cut);
    expect(compared.rewritten.map(({ count }) => count)).toEqual(rewritten);
  });
});

test('AUDIT-6 heads are kept once each, the newest 16, and for each group apart', async () => {
  const storage = new MemoryStorage();
  const witness = new AuditWitness(storage);
  expect(await witness.heads('g')).toEqual([]);
  await witness.remember('g', [head(1, 'a'), head(1, 'a', 'bob')]);
  expect(await new AuditWitness(storage).heads('g')).toEqual([head(1, 'a')]);
  const many = Array.from({ length: 40 }, (_, index) => ({
    ...head(1, 'a'),
    count: index + 2,
    at: `2027-01-01T00:00:00.0${10 + index}Z`,
  }));
  await witness.remember('g', many);
  expect((await witness.heads('g')).map(({ count }) => count)).toEqual(
    many.slice(-16).map(({ count }) => count),
  );
  expect(await witness.heads('h')).toEqual([]);
  await witness.accept('g', head(3, 'c'));
  await witness.remember('g', [head(7, 'a', 'bob'), ...many.map((one) => ({ ...one, shared_by: 'bob' }))]);
  expect(await witness.heads('g')).toEqual([head(3, 'c')]);
  await storage.set('audit/g', '{"damaged":');
  expect(await witness.heads('g')).toEqual([]);
});

test('AUDIT-6 what is said to be shared, and when, pushes out nothing that this device saw', async () => {
  const witness = new AuditWitness(new MemoryStorage());
  await witness.remember('g', [head(4, 'd')]);
  const forged = (count: number) => ({ ...head(1, 'f', 'bob'), count, at: '2099-01-01T00:00:00.000Z' });
  await witness.remember(
    'g',
    Array.from({ length: 40 }, (_, index) => forged(index + 1)),
  );
  expect(await witness.heads('g')).toContainEqual(head(4, 'd'));
  expect(await witness.heads('g')).toHaveLength(17);
  // Nor is what it sees from then on dropped for being older.
  await witness.accept('g', head(4, 'd'));
  await witness.remember('g', [head(5, 'e')]);
  expect(await witness.heads('g')).toEqual([head(4, 'd'), head(5, 'e')]);
});

test('AUDIT-6 what this device saw is its own, also where somebody shared the same before', async () => {
  const witness = new AuditWitness(new MemoryStorage());
  await witness.remember('g', [head(3, 'c', 'bob')]);
  await witness.remember('g', [head(3, 'c')]);
  await witness.remember('g', [head(3, 'c', 'bob')]);
  expect(await witness.heads('g')).toEqual([head(3, 'c')]);
});

test('AUDIT-6 a shared head reads back, and nothing else is one', () => {
  for (const count of [1, 2, 57, 999_999_999]) {
    const shared = { count, hash: hashOf('ab0') };
    expect(readAuditHead(auditHeadText(shared))).toEqual(shared);
  }
  const text = auditHeadText({ count: 5, hash: hashOf('c') });
  for (const other of [
    '',
    'Audit log',
    `> ${text}`,
    `${text}0`,
    text.replace('5', '0'),
    text.replace('c', 'C'),
    text.replace('5', '-5'),
  ])
    expect(readAuditHead(other)).toBeUndefined();
});
