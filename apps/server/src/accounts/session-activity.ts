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

/** Sessions whose last call or disconnect is remembered; some 4 MB when full. */
const USES_MAX = 20_000;
/** Nobody is near the limit of devices below so many, and what is not looked at need not be stored. */
export const MANY_DEVICES = 10;
/** One person's devices are not stored again for so long, however often they sign in. */
const ASKED_EVERY_MS = 500;
/** People whose devices were asked for of late. */
const ASKED_MAX = 1_000;
/** Activity that is stored already is not stored again for so long. */
const STORED_EVERY_SECONDS = 300;

/**
 * How active a person's devices are (spec AUTH-8). This node knows its own connections and calls; for other nodes it stores
 * them now and then, for the few people who have many devices. Nothing is written for a call. Rows that are locked are
 * left for the next time: another transaction may end these sessions in another order.
 */
export class SessionActivity {
  readonly #deps: Required<Deps>;
  readonly #lastUses = new LRUCache<SessionId, number>({ max: USES_MAX });
  readonly #asked = new LRUCache<UserId, number>({ max: ASKED_MAX });

  constructor(deps: Deps) {
    this.#deps = { now: () => performance.now(), ...deps };
  }

  /** A device made a call, or its connection has ended. */
  used(sessionId: SessionId): void {
    this.#lastUses.set(sessionId, this.#deps.now());
  }

  /** Seconds since the device was last used at this node, 0 while it is connected; undefined where that is not known. */
  secondsSince(userId: UserId, sessionId: SessionId): number | undefined {
    if (this.#deps.isConnected(userId, sessionId)) return 0;
    const at = this.#lastUses.get(sessionId);
    return at === undefined ? undefined : (this.#deps.now() - at) / 1000;
  }

  /**
   * Stores when one person's devices were last used at this node. They are signing in on many, perhaps on another node, which
   * will soon put out the one that seems least active (spec AUTH-8).
   */
  async storeOf(userId: UserId): Promise<void> {
    const now = this.#deps.now();
    if (now - (this.#asked.get(userId) ?? Number.NEGATIVE_INFINITY) < ASKED_EVERY_MS) return;
    this.#asked.set(userId, now);
    const sessions = await this.#deps.database.query<{ id: SessionId }>(
      'SELECT id FROM device_sessions WHERE user_id = $1',
      [userId],
    );
    const heard = sessions.flatMap(({ id }) => {
      const seconds = this.secondsSince(userId, id);
      return seconds === undefined ? [] : [{ id, seconds }];
    });
    if (heard.length === 0) return;
    await this.#deps.database.query(
      `UPDATE device_sessions s SET active_at = now() - make_interval(secs => h.seconds)
       FROM (SELECT d.id, u.seconds FROM unnest($1::uuid[], $2::float8[]) AS u (id, seconds)
             JOIN device_sessions d ON d.id = u.id
             WHERE d.active_at IS NULL OR d.active_at < now() - make_interval(secs => u.seconds + $3)
             FOR NO KEY UPDATE OF d SKIP LOCKED) h
       WHERE s.id = h.id`,
      [heard.map(({ id }) => id), heard.map(({ seconds }) => seconds), ASKED_EVERY_MS / 1000],
    );
  }

  /** Stores what other nodes may ask for. Call it every few minutes. */
  async store(): Promise<void> {
    const since = this.#deps.now() - STORED_EVERY_SECONDS * 1000;
    const ids = new Set<SessionId>();
    for (const { deviceId } of this.#deps.connected()) ids.add(deviceId);
    for (const [sessionId, at] of this.#lastUses.entries()) if (at >= since) ids.add(sessionId);
    if (ids.size === 0) return;
    await this.#deps.database.query(
      `UPDATE device_sessions s SET active_at = now() FROM (
         SELECT d.id FROM device_sessions d
         WHERE d.id = ANY ($1::uuid[])
           AND (d.active_at IS NULL OR d.active_at < now() - make_interval(secs => $2))
           AND (SELECT count(*) FROM device_sessions o WHERE o.user_id = d.user_id) >= $3
         FOR NO KEY UPDATE SKIP LOCKED) h
       WHERE s.id = h.id`,
      [[...ids], STORED_EVERY_SECONDS / 2, MANY_DEVICES],
    );
  }
}
