import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTestCases } from './junit-report.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'tpx-junit-'));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('outcomes are read from what bun test writes', async () => {
  const source = `
    import { describe, expect, test } from 'bun:test';
    test('a "quoted" <title>', () => {});
    describe('group', () => {
      test.skip('left out', () => {});
      test('wrong', () => expect('<a/>').toBe('</testcase>'));
    });`;
  await Bun.write(join(scratch, 'sample.test.ts'), source);
  const report = join(scratch, 'report.xml');
  const command = [
    process.execPath,
    'test',
    './sample.test.ts',
    '--reporter=junit',
    `--reporter-outfile=${report}`,
  ];
  Bun.spawnSync(command, { cwd: scratch, env: { ...process.env, NO_COLOR: '1' } });
  expect(readTestCases(report)).toEqual([
    { name: 'a "quoted" <title>', file: 'sample.test.ts', outcome: 'passed' },
    { name: 'group > left out', file: 'sample.test.ts', outcome: 'skipped' },
    { name: 'group > wrong', file: 'sample.test.ts', outcome: 'failed' },
  ]);
});

test('a report that was never written holds no tests', () => {
  expect(readTestCases(join(scratch, 'none.xml'))).toEqual([]);
});
