import type { SessionId, UserId } from '@tpx/protocol';
import { LRUCache } from 'lru-cache';
import type { Database } from '../db/database.ts';

type Deps = {
  database: Database;
  /** Whether this device has a connection to this node. */
  isConnected(userId: UserId, sessionId: SessionId): boolean;
  /** Every device with a connection to this node. */
  connected(): Iterable<{ deviceId: SessionId }>;
  /** Milliseconds; only differences count. */
  now?: () => number;
};

/** Sessions whose last call is remembered; some 2 MB when full. */
const CALLS_MAX = 20_000;
/** Nobody is near the limit of devices below so many, and what is not looked at need not be stored. */
const STORED_FROM_DEVICES = 25;
/** Activity that is stored already is not stored again for so long. */
const STORED_EVERY_SECONDS = 300;

/**
 * How active a person's devices are (spec AUTH-8). This node knows its own connections and calls; for other nodes it stores
 * them now and then, for the few people who have many devices. Nothing is written for a call.
 */
export class SessionActivity {
  readonly #deps: Required<Deps>;
  readonly #calls = new LRUCache<SessionId, number>({ max: CALLS_MAX });

  constructor(deps: Deps) {
    this.#deps = { now: () => performance.now(), ...deps };
  }

  called(sessionId: SessionId): void {
    this.#calls.set(sessionId, this.#deps.now());
  }

  /** Seconds since this node heard of the device, 0 while it is connected; undefined where it never did. */
  secondsSince(userId: UserId, sessionId: SessionId): number | undefined {
    if (this.#deps.isConnected(userId, sessionId)) return 0;
    const at = this.#calls.get(sessionId);
    return at === undefined ? undefined : (this.#deps.now() - at) / 1000;
  }

  /** Stores what other nodes may ask for. Call it every few minutes. */
  async store(): Promise<void> {
    const since = this.#deps.now() - STORED_EVERY_SECONDS * 1000;
    const ids = new Set<SessionId>();
    for (const { deviceId } of this.#deps.connected()) ids.add(deviceId);
    for (const [sessionId, at] of this.#calls.entries()) if (at >= since) ids.add(sessionId);
    if (ids.size === 0) return;
    await this.#deps.database.query(
      `UPDATE device_sessions s SET active_at = clock_timestamp()
       WHERE s.id = ANY ($1::uuid[])
         AND (s.active_at IS NULL OR s.active_at < clock_timestamp() - make_interval(secs => $2))
         AND (SELECT count(*) FROM device_sessions o WHERE o.user_id = s.user_id) >= $3`,
      [[...ids], STORED_EVERY_SECONDS / 2, STORED_FROM_DEVICES],
    );
  }
}
