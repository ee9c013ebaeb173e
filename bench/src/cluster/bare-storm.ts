import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBareServer } from '../bare/start-bare.ts';
import { Generator, type Storm } from '../load/generator.ts';
import { monotonicMicros } from '../load/monotonic-clock.ts';
import { PeopleFile } from '../seed/people-file.ts';

type Plan = {
  connections: number;
  rooms: number;
  refuges: readonly number[];
  concurrency: number;
  /** From the kill on. */
  seconds: number;
  nodeOf(member: number): number;
};

const KILL_AFTER_SECONDS = 1;

/**
 * The same clients come back to bare servers after the one with most of them was killed: what the machine, the generator
 * and the SDK's own waits cost without us. Bare servers have no accounts, so these people are made up.
 */
export async function bareStorm({ connections, rooms, refuges, ...plan }: Plan): Promise<Storm> {
  const folder = await mkdtemp(join(tmpdir(), 'tpx-bench-'));
  try {
    await using killed = await startBareServer();
    await using servers = new AsyncDisposableStack();
    const places = [killed.place];
    for (const _ of refuges) places.push(servers.use(await startBareServer()).place);
    using people = new PeopleFile(join(folder, 'people'));
    const groupIds = Array.from({ length: rooms }, () => crypto.randomUUID());
    people.append(
      Array.from({ length: connections }, (_, index) => ({
        token: madeUpToken(),
        groupId: groupIds[index % rooms] ?? '',
        node: plan.nodeOf(Math.floor(index / rooms)),
      })),
    );
    await using generator = new Generator(connections, null);
    const joined = await generator.join(places, people, 0, connections, plan.concurrency, {
      canReturn: true,
    });
    if (joined.failed > 0) throw new Error(`${joined.failed} joins failed: ${joined.failures.join('; ')}`);
    console.log(`  bare servers: joined ${joined.joined} at ${Math.round(joined.perSecond)}/s`);
    const killAt = monotonicMicros() + KILL_AFTER_SECONDS * 1e6;
    const coming = generator.storm({
      places,
      refuges: [...refuges],
      killAt,
      until: killAt + plan.seconds * 1e6,
    });
    await Bun.sleep((killAt - monotonicMicros()) / 1000);
    process.kill(killed.pid, 'SIGKILL');
    return await coming;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A token of the form that a client reads its user from; nobody checks its signature here. */
function madeUpToken(): string {
  const claims = Buffer.from(JSON.stringify({ sub: crypto.randomUUID() })).toString('base64url');
  return `e30.${claims}.e30`;
}
