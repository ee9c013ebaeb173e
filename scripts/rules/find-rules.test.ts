import { expect, test } from 'bun:test';
import { findDefinitions, findProofs, judgeRules } from './find-rules.ts';

test('rules are found in Markdown and in the comments of ports, and no other mention of them', () => {
  const text = [
    '- **LOG-1** An event takes the next `seq`.',
    '  Like **LOG-2**, and see LOG-3.',
    '/**',
    ' * - **STORE-1** MUST keep it.',
  ].join('\n');
  expect(findDefinitions('a.md', text)).toEqual([
    { id: 'LOG-1', file: 'a.md', line: 1 },
    { id: 'STORE-1', file: 'a.md', line: 4 },
  ]);
});

test('titles are read however the test is written; ids further back and in data are not theirs', () => {
  const source = [
    `test('LOG-1: one, see LOG-9', () => undefined);`,
    'describe("SDK-5 the outbox", () => {});',
    'test.each([',
    `  ['UTF-8'],`,
    `])('LOG-1 LOG-2 two of %s', () => undefined);`,
    'test.skipIf(true)(',
    '  `WS-3, WS-4 on its own line`,',
    ');',
    `expect(find('UTF-16')).toBe('LOG-7');`,
  ].join('\n');
  const found = findProofs('a.test.ts', source);
  expect(found.map(({ id, line }) => `${id} ${line}`)).toEqual([
    'LOG-1 1',
    'SDK-5 2',
    'LOG-1 5',
    'LOG-2 5',
    'WS-3 6',
    'WS-4 6',
  ]);
});

test('a rule that is defined twice, or named and defined nowhere, is told with its place', () => {
  const rule = (id: string, line: number) => ({ id, file: 'a.md', line });
  const proof = (id: string) => ({ id, file: 'a.test.ts', line: 7 });
  expect(judgeRules([rule('LOG-1', 1), rule('LOG-2', 2)], [proof('LOG-1'), proof('LOG-1')])).toEqual([]);
  expect(judgeRules([rule('LOG-1', 1), rule('LOG-1', 2)], [proof('LOG-3')])).toEqual([
    'a.md:2  LOG-1 is defined already: a.md:1',
    'a.test.ts:7  LOG-3 is defined nowhere',
  ]);
});
