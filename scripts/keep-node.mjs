import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bunPath, root } from './install.mjs';
import { exitCodeOf, exitWithoutBun, installOrExit, passOnSignals } from './run-bun.mjs';

const NODE = join(root, 'apps/server/src/main.ts');
const engineOptions = JSON.parse(readFileSync(join(root, 'apps/server/engine-options.json'), 'utf8'));
const BEAT_EVERY_MS = 1_000;
/** Nobody takes over from a single node, so more patience than with one of several workers. */
const BEATS_MISSED_MAX = 20;
/** One that served this long was a good one: the next start is at once. */
const STEADY_MS = 1_000;
const LONGEST_DELAY_MS = 10_000;

/**
 * Runs a node and starts it again when it is killed, crashes or stands still after it had served (spec START-11). Like
 * `runBun` otherwise: a first start that fails, Ctrl-C and SIGTERM end this with the node's own exit code.
 *
 * @param {string[]} args
 */
export async function keepNode(args) {
  await installOrExit();
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  let isEnding = false;
  passOnSignals((signal) => {
    if (signal !== 'SIGHUP') isEnding = true;
    if (child) child.kill(signal);
    else process.exit(0);
  });
  // In a terminal the node has its own SIGINT.
  process.on('SIGINT', () => {
    isEnding = true;
    if (!child) process.exit(0);
  });

  let failures = 0;
  for (let isFirst = true; ; isFirst = false) {
    const run = new NodeRun(args);
    child = run.child;
    const { code, signal } = await run.ended;
    child = undefined;
    const isOnPurpose = isEnding || run.endsOnPurpose || signal === 'SIGINT' || signal === 'SIGTERM';
    if (isOnPurpose || code === 0 || (isFirst && run.servedMs === null))
      process.exit(exitCodeOf(code, signal));
    failures = (run.servedMs ?? 0) >= STEADY_MS ? 0 : failures + 1;
    const delayMs = failures <= 1 ? 0 : Math.min(LONGEST_DELAY_MS, 500 * 2 ** (failures - 2));
    const when = delayMs === 0 ? 'now' : `in ${delayMs / 1000} s`;
    console.log(`The node ended with ${signal ?? `code ${code}`}. It is started again ${when}.`);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
}

/** One process of the node. */
class NodeRun {
  /** It was told to end, and said so before it did. */
  endsOnPurpose = false;
  #missed = 0;
  /** @type {number | null} */
  #servesSince = null;

  /** @param {string[]} args */
  constructor(args) {
    // With the engine's options the node need not begin again as another program, which would lose the channel.
    const env = { ...engineOptions, ...process.env };
    this.child = spawn(bunPath, [NODE, ...args], {
      cwd: root,
      env,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    this.child.on('error', exitWithoutBun);
    this.child.on('message', (message) => this.#take(message));
    // Beats are counted, not timed: a machine that slept, or gave this process no time, costs the node one.
    const looking = setInterval(() => this.#look(), BEAT_EVERY_MS);
    /** @type {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} */
    this.ended = new Promise((resolve) => {
      this.child.on('exit', (code, signal) => {
        clearInterval(looking);
        resolve({ code, signal });
      });
    });
  }

  /** For how long it has served; null where it did not come to that. */
  get servedMs() {
    return this.#servesSince === null ? null : performance.now() - this.#servesSince;
  }

  /** @param {unknown} message */
  #take(message) {
    this.#missed = 0;
    if (message === 'ready') this.#servesSince ??= performance.now();
    if (message === 'ending') this.endsOnPurpose = true;
  }

  #look() {
    if (this.#servesSince === null || this.endsOnPurpose) return;
    if (++this.#missed !== BEATS_MISSED_MAX) return;
    console.log(`The node has stood still for ${BEATS_MISSED_MAX} s. It is killed.`);
    this.child.kill('SIGKILL');
  }
}
