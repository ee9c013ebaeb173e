import { expect, test } from 'bun:test';
import { judgeSecurityPage } from './security-proofs.ts';

const proofs = [{ id: 'AUTH-1', file: 'apps/a.test.ts', line: 3 }];
const judge = (row: string) => judgeSecurityPage(row, proofs);

test('CI-2 a line of the security page names a test that exists, or a reason', () => {
  expect(judge('| 2.1.1 | long passwords | `apps/a.test.ts` AUTH-1 |')).toEqual([]);
  expect(judge('| 2.1.1 | long passwords | **Not yet**: later |')).toEqual([]);
  expect(judge('| who | trusted with | not |')).toEqual([]);
});

test('CI-2 a test that is not there, another rule and an empty line are named', () => {
  expect(judge('| 2.1.1 | long | `apps/b.test.ts` AUTH-1 |')[0]).toContain('apps/b.test.ts');
  expect(judge('| 2.1.1 | long | `apps/a.test.ts` AUTH-2 |')[0]).toContain('begins with AUTH-2');
  expect(judge('| 2.1.1 | long | `apps/a.test.ts` |')[0]).toContain('names no rule');
  expect(judge('| 2.1.1 | long | soon |')[0]).toContain('neither a test nor a reason');
});
