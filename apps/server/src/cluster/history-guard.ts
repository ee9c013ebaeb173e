import { type ConversationId, Refusal } from '@tpx/protocol';
import { type Database, DatabaseError } from '../db/database.ts';
import type { EventPlace, LogPlace } from '../fanout/event-place.ts';
import type { LiveConversations } from '../fanout/live-conversations.ts';

type Deps = {
  database: Database;
  live: LiveConversations;
  /** What Postgres has of each log, and at a place in it; undefined for a conversation that is gone. */
  readPlaces(places: readonly EventPlace[]): Promise<readonly (LogPlace | undefined)[]>;
  /** Postgres has another history, or is another one: nothing that this node holds of it counts any more. */
  startAnew(why: string): void;
  onError(error: unknown): void;
};

const BATCH = 500;
/** Where no connection breaks, as behind a proxy that hides it. */
const LOOK_EVERY_MS = 5_000;

/** Which server it is, on which timeline: a promotion begins a new one, a restored copy may be another system. */
const INCARNATION = `
  SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
         CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline,
         pg_postmaster_start_time()::text AS started_at`;

type Incarnation = { system: string; timeline: string | null; started_at: string };

/**
 * Finds that Postgres went back behind this running node: a backup was restored, or a standby that lagged was promoted
 * (spec LOG-15). It compares the newest event that it is certain of in each conversation with what Postgres has there, when
 * a connection was lost and made again, when Postgres was started anew, and when an event contradicts what was handed out.
 */
export class HistoryGuard {
  readonly #deps: Deps;
  #known: Incarnation | undefined;
  /** Connections that were lost, and how many of them the last comparison covers. */
  #losses = 0;
  #covered = 0;
  #comparing: Promise<void> | undefined;
  #again = false;
  readonly #doubted = new Set<ConversationId>();
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    deps.database.onConnection((state) => this.#connection(state));
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#look();
  }

  /** An event of this conversation contradicts what this node has. */
  doubt(id: ConversationId): void {
    this.#doubted.add(id);
    this.#look();
  }

  /** Without waiting for a Postgres that may not answer. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#deps.live.release();
  }

  #connection(state: 'made' | 'lost'): void {
    if (this.#closed) return;
    if (state === 'lost') {
      this.#losses++;
      this.#deps.live.doubtAll();
      return;
    }
    if (this.#losses === this.#covered) return;
    this.#deps.live.hold();
    this.#look();
  }

  /** One look at a time; anyone who asks for one during another gets one after it. */
  #look(): void {
    if (this.#closed) return;
    if (this.#comparing) {
      this.#again = true;
      return;
    }
    this.#comparing = this.#compareAll()
      .catch((error) => {
        // While Postgres is away there is nothing to compare with; its next connection is a reason to look.
        if (!(error instanceof Refusal)) this.#deps.onError(error);
      })
      .finally(() => {
        this.#comparing = undefined;
        if (!this.#again) {
          this.#deps.live.release();
          return;
        }
        // What is held stays so: a connection was made meanwhile, and what it leads to is not known yet.
        this.#again = false;
        this.#look();
      });
  }

  async #compareAll(): Promise<void> {
    const { live } = this.#deps;
    const losses = this.#losses;
    const doubted = [...this.#doubted];
    const now = await this.#readIncarnation();
    if (this.#closed) return;
    const before = this.#known;
    const known = now && { ...now, timeline: now.timeline ?? before?.timeline ?? null };
    const isOther = before && known && (known.system !== before.system || known.timeline !== before.timeline);
    if (isOther) {
      this.#known = known;
      this.#covered = losses;
      this.#doubted.clear();
      this.#deps.startAnew('PostgreSQL is another one, or was promoted.');
      return;
    }
    const isRestarted = before && now && now.started_at !== before.started_at;
    const went = await this.#findReplaced(losses > this.#covered || isRestarted ? live.ids() : doubted);
    for (const id of doubted) this.#doubted.delete(id);
    // Only now: a comparison that was cut off is made again.
    this.#known = known ?? before;
    this.#covered = losses;
    if (went && !this.#closed) this.#deps.startAnew('PostgreSQL has another history than before.');
  }

  async #readIncarnation(): Promise<Incarnation | undefined> {
    try {
      const [row] = await this.#deps.database.query<Incarnation>(INCARNATION);
      return row;
    } catch (error) {
      // It may not be asked that; logs are compared all the same.
      if (error instanceof DatabaseError) return undefined;
      throw error;
    }
  }

  /** Whether Postgres lacks, or has another event at the place of, what this node is certain of. */
  async #findReplaced(ids: readonly ConversationId[]): Promise<boolean> {
    for (let from = 0; from < ids.length; from += BATCH) {
      const certain = this.#deps.live.certainOf(ids.slice(from, from + BATCH));
      const places = await this.#deps.readPlaces(certain.map(({ live, seq }) => ({ id: live.id, seq })));
      for (const [index, { live, seq, eventId }] of certain.entries()) {
        const place = places[index];
        // Deleted, and this node is about to be notified; then its clients come back for nothing.
        if (!place || place.lastSeq < seq) return true;
        const isHere = seq >= place.firstSeq && place.eventId !== undefined;
        if (isHere && eventId !== undefined && place.eventId !== eventId) return true;
        live.certain = undefined;
      }
    }
    return false;
  }
}
