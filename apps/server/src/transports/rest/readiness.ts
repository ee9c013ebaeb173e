import { Refusal } from '@tpx/protocol';
import type { Database } from '../../db/database.ts';

/** A part that a node needs or uses: resolves when it works, rejects with a sentence that says what is missing. */
export type Part = { required: boolean; check(): Promise<void> };

export type PartState = { ok: boolean; required: boolean; message?: string };
export type Readiness = { ready: boolean; parts: Record<string, PartState> };

/** A part that does not answer is as good as away. */
const DEADLINE_MS = 1_000;

/** Ready when every required part works; the others are told of only (spec REST-9). */
export async function readReadiness(parts: Readonly<Record<string, Part>>): Promise<Readiness> {
  const states = await Promise.all(
    Object.entries(parts).map(async ([name, part]) => [name, await stateOf(part)] as const),
  );
  return {
    ready: states.every(([, state]) => state.ok || !state.required),
    parts: Object.fromEntries(states),
  };
}

async function stateOf({ required, check }: Part): Promise<PartState> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => deadline.reject(new Error(`It does not answer within ${DEADLINE_MS} ms.`)),
    DEADLINE_MS,
  );
  try {
    await Promise.race([check(), deadline.promise]);
    return { ok: true, required };
  } catch (error) {
    return { ok: false, required, message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Postgres; without it, or where it takes no writes, nothing is stored and nobody logs in. */
export function databasePart(database: Pick<Database, 'checkWritable'>): Part {
  return {
    required: true,
    async check() {
      try {
        await database.checkWritable();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        throw new Error('PostgreSQL does not answer. Nothing can be stored until it does.');
      }
    },
  };
}

/** The bus to other nodes; without it a node serves its own people, and those of others with a delay. */
export function busPart(bus: { readonly isUp: boolean }): Part {
  return {
    required: false,
    async check() {
      if (!bus.isUp) {
        throw new Error('NATS does not answer. The node goes on alone and catches up when it is back.');
      }
    },
  };
}

/** The clock of Postgres; while it disagrees with the node's own, everything works but what deletes for its age. */
export function clockPart(clock: { readonly trouble: string | null }): Part {
  return {
    required: false,
    async check() {
      if (clock.trouble !== null) throw new Error(clock.trouble);
    },
  };
}
