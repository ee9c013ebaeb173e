import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TEST_PASSWORD } from '@tpx/testkit';
import { Options } from '../command-line.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { disturbance, machineTime } from '../machine/machine-time.ts';
import { cpuSeconds, residentBytes } from '../machine/process-figures.ts';
import { startNode } from '../machine/start-node.ts';
import { atMost, markdownTable, printTargets, type Result } from '../result.ts';
import { lineText, makeRooms, type Rooms, say } from './rooms.ts';
import { Typist } from './typist.ts';

const CLIENT = resolve(import.meta.dirname, '../../../apps/cli/src/main.ts');
const OLDEST = '\u001b[1;3H';
const NEWEST = '\u001b[1;3F';
const NEXT_TAB = '\u000e';
const WARM_UP_SECONDS = 3;
const OPTIONS = {
  seconds: 'for how long keys are typed (30)',
  rate: 'messages a second that arrive over all tabs (50)',
  tabs: 'how many conversations are open (10)',
  lines: 'lines in all of them (10000)',
  columns: 'width of the terminal (200)',
  rows: 'its height (50)',
};

/**
 * How soon a typed key is on the screen, and what the client costs, while it holds long scrollbacks in many tabs and
 * messages keep arriving in all of them.
 */
export async function terminal(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const seconds = options.count('seconds', 30);
  const rate = options.count('rate', 50);
  const tabs = options.count('tabs', 10);
  const lines = options.count('lines', 10_000);
  const size = { columns: options.count('columns', 200), rows: options.count('rows', 50) };
  console.log(describeMachine());
  const folder = await mkdtemp(join(tmpdir(), 'tpx-bench-'));
  try {
    await using server = await startNode(null);
    const url = `http://${server.place.host}:${server.place.port}`;
    const rooms = await makeRooms({ url }, tabs, Math.ceil(lines / tabs));
    console.log(`  ${lines} lines in ${tabs} conversations are stored`);
    const env = homes(folder);
    await signIn(url, rooms, env);
    await using typist = new Typist([process.execPath, CLIENT, '-P', 'reader'], { ...size, env });
    await typist.shows('online');
    await loadEverything(typist, tabs);
    console.log(`  all of them are in the client: ${megabytes(residentBytes(typist.pid))} MB`);

    const talk = new Talk(rooms, rate);
    await typist.type(performance.now() + WARM_UP_SECONDS * 1000, Math.random);
    const before = {
      cpu: cpuSeconds(typist.pid),
      at: performance.now(),
      bytes: typist.bytes,
      machine: machineTime(),
    };
    const echoes = (await typist.type(performance.now() + seconds * 1000, Math.random)).summary();
    const took = (performance.now() - before.at) / 1000;
    const cpuShare = ((cpuSeconds(typist.pid) - before.cpu) / took) * 100;
    const kilobytes = (typist.bytes - before.bytes) / took / 1000;
    const noise = disturbance(before.machine, machineTime(), 0, took);
    const memory = megabytes(residentBytes(typist.pid));
    await talk.stop();

    console.log(
      `\n${markdownTable(
        ['keys', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'CPU % of a core', 'memory MB', 'written KB/s'],
        [[echoes.count, echoes.p50, echoes.p95, echoes.p99, echoes.max, cpuShare, memory, kilobytes]],
      )}`,
    );
    const targets = [
      atMost('keystroke to echo, p99', echoes.p99, 30, 'ms'),
      atMost('CPU', cpuShare, 20, '% of a core'),
    ];
    printTargets(targets);
    return {
      ok: targets.every(({ met }) => met),
      machine: describeMachine(),
      conditions: { seconds, rate, sent: talk.sent, tabs, lines, ...size, steal: noise.steal },
      targets,
      echoes,
      cpuShare,
      memory,
      kilobytes,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function homes(folder: string): Record<string, string | undefined> {
  const [config, data, state] = ['config', 'data', 'state'].map((name) => join(folder, name));
  return { ...process.env, XDG_CONFIG_HOME: config, XDG_DATA_HOME: data, XDG_STATE_HOME: state };
}

async function signIn(
  url: string,
  { reader }: Rooms,
  env: Record<string, string | undefined>,
): Promise<void> {
  const command = [
    process.execPath,
    CLIENT,
    '--server',
    url,
    '-P',
    'reader',
    'login',
    reader.username,
    TEST_PASSWORD,
  ];
  const child = Bun.spawn(command, { env, stdin: 'ignore', stdout: 'ignore', stderr: 'inherit' });
  if ((await child.exited) !== 0) throw new Error('The reader could not sign in.');
}

/** Scrolls each tab back to its first line, which is how a person loads it, and to the end again. */
async function loadEverything(typist: Typist, tabs: number): Promise<void> {
  const first = lineText(1).slice(0, 'line 00001'.length);
  for (let tab = 0; tab < tabs; tab++) {
    typist.write(NEXT_TAB);
    const scrolling = setInterval(() => typist.write(OLDEST), 100);
    await typist.shows(first).finally(() => clearInterval(scrolling));
    typist.write(NEWEST);
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

/** Messages at an even rate, to one conversation after the other. */
class Talk {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #pending = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  sent = 0;

  constructor({ talker, groupIds }: Rooms, rate: number) {
    this.#timer = setInterval(() => {
      const groupId = groupIds[this.sent % groupIds.length] ?? '';
      const sending = say(talker, groupId, lineText(20_000 + this.sent++)).catch((error: unknown) => {
        this.#failures.push(error);
      });
      this.#pending.add(sending);
      void sending.then(() => this.#pending.delete(sending));
    }, 1000 / rate);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
