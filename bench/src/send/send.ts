import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Options } from '../command-line.ts';
import { Generator } from '../load/generator.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { cpuSeconds, treeCpuSeconds } from '../machine/process-figures.ts';
import { type MeasuredNode, startNode } from '../machine/start-node.ts';
import { atLeast, markdownTable, printTargets, type Result } from '../result.ts';
import { PeopleFile } from '../seed/people-file.ts';
import { seed } from '../seed/seed.ts';
import { RawCommits } from './raw-commits.ts';

const USERS = 200;
/** A room each: what is measured is the way to the disk and back, not fan-out. */
const ROOMS = USERS;
const TOKEN_SECONDS = 24 * 3600;
const TEXT_LENGTH = 100;
/** How many send at once, and the least that they are to reach together, in raw single-row commits. */
const STEPS = [
  { senders: 1, ofRaw: 0.5 },
  { senders: 10, ofRaw: undefined },
  { senders: 200, ofRaw: 10 },
] as const;

/**
 * Acknowledged sends a second over WebSocket, each sender waiting for its answer before the next; beside each, in the
 * same minute and on the same Postgres, one connection that commits one row at a time.
 */
export async function send(args: readonly string[]): Promise<Result> {
  const seconds = new Options(args, { seconds: 'length of a step (6)' }).count('seconds', 6);
  console.log(describeMachine());
  const folder = await mkdtemp(join(tmpdir(), 'tpx-bench-'));
  try {
    await using server = await startNode(null);
    const database = server.openDatabase(1);
    const { people } = await seed(database, {
      users: USERS,
      groups: ROOMS,
      membersOf: 'one',
      tokenSeconds: TOKEN_SECONDS,
    });
    await database.query('ANALYZE');
    using file = new PeopleFile(join(folder, 'people'));
    file.append(people.map((person) => ({ ...person, node: 0 })));
    const raw = await RawCommits.prepare(database, TEXT_LENGTH);
    await using generator = new Generator(USERS, null);
    const joined = await generator.join([server.place], file, 0, USERS, 50);
    if (joined.failed > 0) throw new Error(joined.failures.join('; '));
    // The code of both sides is warm before anything counts.
    await generator.closedLoop(USERS, { warmUpSeconds: 0, seconds: 2, textLength: TEXT_LENGTH });
    await raw.measure(1);

    const steps = [];
    let rawBefore = await raw.measure(seconds / 2);
    for (const { senders, ofRaw } of STEPS) {
      const plan = { warmUpSeconds: 1, seconds, textLength: TEXT_LENGTH };
      const before = cpuTimes(server);
      const { perSecond, refused, sends, latency } = await generator.closedLoop(senders, plan);
      const after = cpuTimes(server);
      const microsOf = (part: 'node' | 'postgres') => ((after[part] - before[part]) / sends) * 1e6;
      const rawAfter = await raw.measure(seconds / 2);
      const rawPerSecond = (rawBefore + rawAfter) / 2;
      rawBefore = rawAfter;
      const ratio = perSecond / rawPerSecond;
      steps.push({
        senders,
        perSecond,
        rawPerSecond,
        ratio,
        ofRaw,
        refused,
        latency: latency.summary(),
        nodeMicros: microsOf('node'),
        postgresMicros: microsOf('postgres'),
      });
      console.log(
        `  ${senders} senders: ${Math.round(perSecond)}/s, raw ${Math.round(rawPerSecond)}/s, ratio ${ratio.toFixed(2)}`,
      );
    }
    await raw.drop();
    await database.close();
    const rows = steps.map((step) => [
      step.senders,
      step.perSecond,
      step.latency.p50,
      step.latency.p99,
      step.latency.max,
      step.rawPerSecond,
      step.ratio,
      step.nodeMicros,
      step.postgresMicros,
    ]);
    const head = [
      'senders',
      'acknowledged/s',
      'p50 ms',
      'p99 ms',
      'max ms',
      'raw commits/s',
      'ratio',
      'node us a send',
      'Postgres us a send',
    ];
    console.log(`\n${markdownTable(head, rows)}`);
    const targets = steps.flatMap(({ senders, ratio, ofRaw }) =>
      ofRaw === undefined ? [] : [atLeast(`${senders} senders against raw commits`, ratio, ofRaw, 'x')],
    );
    printTargets(targets);
    const ok = targets.every(({ met }) => met) && steps.every(({ refused }) => refused === 0);
    return { ok, machine: describeMachine(), seconds, targets, steps };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the node, and of Postgres where it is the embedded one, in seconds. */
function cpuTimes({ pid, postgresPid }: MeasuredNode): { node: number; postgres: number } {
  return { node: cpuSeconds(pid), postgres: postgresPid === undefined ? 0 : treeCpuSeconds(postgresPid) };
}
