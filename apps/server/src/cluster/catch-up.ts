import { type ConversationId, Refusal } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { LiveConversations } from '../fanout/live-conversations.ts';
import type { Bus } from './bus.ts';

type Deps = {
  database: Queries;
  live: LiveConversations;
  bus: Bus;
  /** What is in no database has to be asked for again, too: who is where. */
  askAnew(): void;
  onError(error: unknown): void;
};

/** Nodes that doubt at the same moment do not all ask at the same moment. */
const JITTER_MS = 1_000;
const BATCH = 500;
/** While the bus is away the node asks in turn for as many conversations, this often. */
const AWAY_EVERY_MS = 2_000;
const AWAY_BATCH = 1_000;

/**
 * Finds what no later event gives away: the end of a log that the bus lost. It compares the conversations that this
 * node serves with Postgres, only when there is a reason to doubt, and all the time while the bus is away (spec CLU-7).
 */
export class CatchUp {
  readonly #deps: Deps;
  #due = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #closed = false;
  readonly #awayTimer: ReturnType<typeof setInterval>;
  #awayNext: ConversationId[] = [];

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#awayTimer = setInterval(() => void this.#whileAway(), AWAY_EVERY_MS);
  }

  /** Compares all, soon. What is doubted while it runs is compared once more after it. */
  doubt(): void {
    this.#due = true;
    if (!this.#running) this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => void this.#run(), Math.random() * JITTER_MS);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#running = true;
    this.#due = false;
    this.#deps.askAnew();
    try {
      await this.#compare(this.#deps.live.ids());
    } catch (error) {
      // Postgres is away: it is asked until it answers.
      this.#due = true;
      this.#failed(error);
    }
    this.#running = false;
    if (this.#due) this.#schedule();
  }

  async #whileAway(): Promise<void> {
    if (this.#deps.bus.isUp || this.#running) return;
    if (this.#awayNext.length === 0) this.#awayNext = this.#deps.live.ids();
    try {
      await this.#compare(this.#awayNext.splice(0, AWAY_BATCH));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof Refusal)) this.#deps.onError(error);
  }

  async #compare(ids: readonly ConversationId[]): Promise<void> {
    for (let from = 0; from < ids.length; from += BATCH) {
      const rows = await this.#deps.database.query<{ id: ConversationId; last_seq: string }>(
        'SELECT id, last_seq FROM conversations WHERE id = ANY ($1::uuid[])',
        [ids.slice(from, from + BATCH)],
      );
      for (const { id, last_seq } of rows) this.#deps.live.hearOf(id, Number(last_seq));
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#awayTimer);
  }
}
