/**
 * `npm test [-- --units | --soak] [-- PATH ...]`: runs every test this machine can run and ends in one line of
 * counts. `--units` leaves out e2e; `--soak` runs the long `*.soak.ts` files instead; a path runs the files below it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { bunPath, ensureInstalled, InstallError, root } from './install.mjs';
import { readTestCases } from './junit-report.mjs';
import { describeSoakPlan, readSoakPlan } from './soak-plan.mjs';
import { findTestFiles } from './test-files.mjs';
import { missingNeeds } from './test-needs.mjs';

// Debian puts nats-server and nginx into /usr/sbin, which an ordinary user may not have in PATH.
process.env.PATH = [process.env.PATH ?? '', '/usr/sbin'].join(delimiter);

const args = process.argv.slice(2);
const soak = args.includes('--soak');
const wantedPaths = args.filter((arg) => !arg.startsWith('-')).map((path) => path.replace(/^\.\//, ''));
const ending = soak ? /\.soak\.tsx?$/ : /\.test\.tsx?$/;
/** Generous: a first start of a node on a busy machine counts into the first test of a file. */
const TEST_TIMEOUT_MS = 60_000;
const SOAK_TIMEOUT_MS = 60 * 60_000;

/** Tests mostly wait: for programs to start, for time-outs and graces. */
const LANES = soak ? 1 : Math.min(2, availableParallelism());
/** Small enough that both lanes end at about the same time. */
const UNIT_FILES_PER_PROCESS = 25;

const groups = [
  {
    name: soak ? 'soak tests beside the sources' : 'unit tests',
    folders: ['packages', 'apps', 'bench', 'scripts'],
    filesPerProcess: UNIT_FILES_PER_PROCESS,
  },
  ...(args.includes('--units')
    ? []
    : [{ name: soak ? 'soak tests' : 'end to end', folders: ['e2e'], filesPerProcess: 1 }]),
];

try {
  await ensureInstalled();
} catch (error) {
  if (!(error instanceof InstallError)) throw error;
  console.error(error.message);
  process.exit(1);
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let isInterrupted = false;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => {
    isInterrupted = true;
    // Ctrl+C reaches them by itself.
    if (signal !== 'SIGINT') for (const child of running) child.kill(signal);
  });

const needs = missingNeeds();
const scratch = mkdtempSync(join(tmpdir(), 'tpx-test-'));
const count = { passed: 0, failed: 0, skipped: 0 };
let reports = 0;
/** @type {string[]} */
const notes = [];

/** @param {readonly string[]} folders */
const filesIn = (folders) =>
  findTestFiles(root, folders, ending).filter(
    (file) => wantedPaths.length === 0 || wantedPaths.some((path) => file.startsWith(path)),
  );

if (soak) {
  const seconds = process.env.TPX_SOAK_SECONDS;
  const shorter = seconds ? ` TPX_SOAK_SECONDS=${seconds} makes chaos last that long.` : '';
  console.log(`Soak tests run for about so long.${shorter}\n`);
  const plan = readSoakPlan(
    root,
    groups.flatMap(({ folders }) => filesIn(folders)),
  );
  for (const line of describeSoakPlan(plan)) console.log(line);
}

for (const { name, folders, filesPerProcess } of groups) {
  const files = filesIn(folders);
  if (isInterrupted) break;
  if (files.length === 0) {
    notes.push(`${name}: no files`);
    continue;
  }
  console.log(`\n${name}: ${files.length} files\n`);
  await runInLanes(inBatches(files, filesPerProcess));
}
rmSync(scratch, { recursive: true, force: true });

console.log('');
for (const line of [...needs, ...notes]) console.log(line);
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`);
process.exit(count.failed > 0 || count.passed === 0 || isInterrupted ? 1 : 0);

/**
 * bun reports a file that does not load in its exit code alone, and a test that calls `process.exit(0)` not at all:
 * both leave no trace in the report, so a file without results counts as a failure.
 *
 * @param {string[]} files
 * @param {number | string} code What the process exited with, or the signal that ended it.
 * @param {import('./junit-report.mjs').TestCase[]} cases
 */
function tally(files, code, cases) {
  const failedBefore = count.failed;
  for (const test of cases) {
    count[test.outcome] += 1;
    if (test.outcome !== 'passed') notes.push(`${test.outcome}: ${test.file}: ${test.name}`);
  }
  const reported = new Set(cases.map((test) => test.file.replaceAll('\\', '/')));
  for (const file of files.filter((path) => !reported.has(path))) {
    count.failed += 1;
    notes.push(`failed: ${file}: it ran no test, and bun test ended with code ${code}`);
  }
  if (code !== 0 && count.failed === failedBefore) {
    count.failed += 1;
    notes.push(`failed: ${files.join(', ')}: bun test ended with code ${code} and reported no failure`);
  }
}

/**
 * @param {readonly string[]} files
 * @param {number} size
 * @returns {string[][]}
 */
function inBatches(files, size) {
  const batches = [];
  for (let from = 0; from < files.length; from += size) batches.push(files.slice(from, from + size));
  return batches;
}

/**
 * A process for each batch, some at a time; what a batch prints is shown when it is done.
 *
 * @param {string[][]} batches
 */
async function runInLanes(batches) {
  const left = [...batches];
  const output = LANES === 1 || batches.length === 1 ? 'inherit' : 'pipe';
  const lanes = Array.from({ length: LANES }, async () => {
    for (let batch = left.shift(); batch !== undefined && !isInterrupted; batch = left.shift()) {
      process.stdout.write(await runBunTest(batch, output));
    }
  });
  await Promise.all(lanes);
}

/**
 * Gives what it has printed, where that is piped.
 *
 * @param {string[]} files
 * @param {'inherit' | 'pipe'} output
 * @returns {Promise<string>}
 */
async function runBunTest(files, output) {
  const report = join(scratch, `${++reports}.xml`);
  // --isolate: a module mocked or a handle left open in one file must not reach the next.
  const options = ['--isolate', `--timeout=${soak ? SOAK_TIMEOUT_MS : TEST_TIMEOUT_MS}`];
  const child = spawn(
    bunPath,
    [
      'test',
      ...options,
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    { cwd: root, stdio: ['ignore', output, output] },
  );
  /** @type {Buffer[]} */
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => printed.push(part));
  running.add(child);
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (exitCode, signal) => {
      // What it has left running may hold its output open for ever.
      const patience = setTimeout(() => resolve(exitCode ?? signal ?? 1), 2_000);
      child.on('close', () => {
        clearTimeout(patience);
        resolve(exitCode ?? signal ?? 1);
      });
    });
  });
  running.delete(child);
  tally(files, code, readTestCases(report));
  return Buffer.concat(printed).toString();
}
