import { expect, test } from 'bun:test';
import { lookAt } from './look.ts';

const member = (groupId: string, lastSeq: number, isOpen = true) => ({
  groupId,
  node: 1,
  isOpen,
  lastSeq,
  gaps: 0,
});

test('BENCH-4 a look names each member that lacks the end of its log, connected or not', () => {
  const members = [member('a', 7), member('a', 6), member('b', 3, false), member('b', 4)];
  expect(lookAt(members, { a: 7, b: 4 }).lacking).toEqual([
    { groupId: 'a', node: 1, isConnected: true, lastSeq: 6, of: 7 },
    { groupId: 'b', node: 1, isConnected: false, lastSeq: 3, of: 4 },
  ]);
});
