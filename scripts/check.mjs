/** `npm run check [-- --fast]`: every check that needs no running node, all of them even when one fails. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bunPath, ensureInstalled, InstallError, root } from './install.mjs';

const fast = process.argv.includes('--fast');

try {
  await ensureInstalled();
} catch (error) {
  if (!(error instanceof InstallError)) throw error;
  console.error(error.message);
  process.exit(1);
}

/** @param {string} name */
const tool = (name) => join(root, 'node_modules', '.bin', name);

/** @type {{ name: string, command: string[], skip?: string | false }[]} */
const steps = [
  { name: 'format and lint', command: [tool('biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'types', command: [tool('tsc'), '-b'] },
  { name: 'boundaries', command: [bunPath, 'scripts/check-boundaries.ts'] },
  { name: 'rules', command: [bunPath, 'scripts/check-rules.ts'] },
  { name: 'unused code', command: [tool('knip'), '--no-progress', '--no-config-hints'] },
  {
    name: 'generated files',
    command: [bunPath, 'scripts/generate.ts', '--check'],
    skip: !existsSync(join(root, 'scripts', 'generate.ts')) && 'there is no scripts/generate.ts',
  },
  {
    name: 'unit tests',
    command: [process.execPath, 'scripts/test.mjs', '--units', 'packages', 'scripts'],
    skip: fast && '--fast',
  },
];

/** @type {string[]} */
const failed = [];
for (const { name, command, skip } of steps) {
  if (skip) {
    report('skip', name, skip);
    continue;
  }
  const startedAt = performance.now();
  const [file = '', ...args] = command;
  const result = spawnSync(file, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  if (result.status === 0) {
    report('ok', name, took);
    continue;
  }
  failed.push(name);
  report('FAIL', name, took);
  process.stdout.write(
    `${result.stdout}${result.stderr}${result.error ? `${result.error.message}\n` : ''}\n`,
  );
}

console.log(failed.length === 0 ? '\ncheck: all good' : `\ncheck: failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

/**
 * @param {'ok' | 'skip' | 'FAIL'} verdict
 * @param {string} name
 * @param {string} note
 */
function report(verdict, name, note) {
  console.log(`${verdict.padEnd(5)} ${name.padEnd(16)} ${note}`);
}
