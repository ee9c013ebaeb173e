import { Refusal, type SessionId } from '@tpx/protocol';
import { LRUCache } from 'lru-cache';
import { BatchLoader } from '../db/batch-loader.ts';
import type { Database } from '../db/database.ts';

type Known = { alive: boolean; checkedAt: number };

/** How long a node that misses a revocation's announcement goes on believing in the session. */
const FRESH_MS = 10_000;
/** Some 10 MB when full. */
const KNOWN_MAX = 100_000;

/** Whether a device session still lives, for as many askers as there are (spec AUTH-6). */
export class SessionDirectory {
  readonly #now: () => number;
  readonly #known = new LRUCache<string, Known>({ max: KNOWN_MAX });
  readonly #loader: BatchLoader<string, boolean>;

  constructor(database: Database, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#loader = new BatchLoader(async (ids) => {
      const rows = await database.query<{ id: string }>(
        'SELECT id FROM device_sessions WHERE id = ANY($1::uuid[]) AND expires_at > now()',
        [ids],
      );
      const alive = new Set(rows.map(({ id }) => id));
      return ids.map((id) => alive.has(id));
    });
  }

  /** While Postgres is away, what was last known of the session counts. @throws {Refusal} `unavailable` */
  async isAlive(sessionId: SessionId): Promise<boolean> {
    const known = this.#known.get(sessionId);
    if (known && this.#now() - known.checkedAt < FRESH_MS) return known.alive;
    try {
      return this.#learn(sessionId, await this.#loader.load(sessionId));
    } catch (error) {
      if (known && error instanceof Refusal && error.code === 'unavailable') return known.alive;
      throw error;
    }
  }

  /** A revoked session never comes back, so it is known for good, also to a query that began before. */
  forget(sessionId: SessionId): void {
    this.#known.set(sessionId, { alive: false, checkedAt: Number.POSITIVE_INFINITY });
  }

  /** What was read may not be so any more; a session that was revoked stays so. */
  readAgain(): void {
    for (const [id, { checkedAt }] of this.#known) {
      if (checkedAt !== Number.POSITIVE_INFINITY) this.#known.delete(id);
    }
  }

  #learn(sessionId: SessionId, alive: boolean): boolean {
    const known = this.#known.peek(sessionId);
    if (known && known.checkedAt === Number.POSITIVE_INFINITY) return false;
    this.#known.set(sessionId, { alive, checkedAt: this.#now() });
    return alive;
  }
}
