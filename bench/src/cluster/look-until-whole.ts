import type { Database } from '@tpx/server/db/database.ts';
import type { Generator } from '../load/generator.ts';
import type { Lacking } from '../load/messages.ts';

/** A member that lacks something for longer is not waiting for its turn: nothing follows that would show it the gap. */
const WHOLE_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 200;
const SHOWN = 3;

export type Looked = {
  gaps: number;
  /** Who lacks something at the end. */
  lacking: Lacking[];
  /** From the call on. */
  wholeAfterSeconds: number;
  lastSeqs: ReadonlyMap<string, number>;
};

/**
 * Compares every member with the logs in Postgres until all have everything. Call it when the writers have stopped and
 * their last sends are answered: what is then missing was not sent too late to be seen, it is lacking.
 */
export async function lookUntilWhole(generator: Generator, database: Database): Promise<Looked> {
  const startedAt = performance.now();
  for (let isFirst = true; ; isFirst = false) {
    const lastSeqs = await readLastSeqs(database);
    const { gaps, lacking } = await generator.look(Object.fromEntries(lastSeqs));
    // A send that was given up on may be committed late: the logs are whole when they did not grow meanwhile.
    const isSettled = sumOf(await readLastSeqs(database)) === sumOf(lastSeqs);
    const passed = performance.now() - startedAt;
    if ((isSettled && lacking.length === 0) || passed > WHOLE_WITHIN_MS)
      return { gaps, lacking, wholeAfterSeconds: passed / 1000, lastSeqs };
    if (isFirst) for (const line of describeLacking(lacking)) console.log(`  not yet: ${line}`);
    await Bun.sleep(LOOK_EVERY_MS);
  }
}

/** A line a room: how many lack something, and the first of them. */
export function describeLacking(lacking: readonly Lacking[]): string[] {
  return [...Map.groupBy(lacking, ({ groupId }) => groupId)].map(([groupId, members]) => {
    const some = members.slice(0, SHOWN).map(({ node, isConnected, lastSeq, of }) => {
      const what = of - lastSeq === 1 ? `${of}` : `${lastSeq + 1}-${of}`;
      return `${what} on node ${node}${isConnected ? '' : ', not connected'}`;
    });
    return `room ${groupId}: ${members.length} members; ${some.join('; ')}`;
  });
}

export async function readLastSeqs(database: Database): Promise<Map<string, number>> {
  const rows = await database.query<{ id: string; last_seq: string }>(
    'SELECT id, last_seq FROM conversations',
  );
  return new Map(rows.map(({ id, last_seq }) => [id, Number(last_seq)]));
}

export function sumOf(seqs: ReadonlyMap<string, number>): number {
  return [...seqs.values()].reduce((total, seq) => total + seq, 0);
}
