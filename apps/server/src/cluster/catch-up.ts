import { type ConversationId, Refusal } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { LiveConversations } from '../fanout/live-conversations.ts';
import type { Bus } from './bus.ts';

type Deps = {
  database: Queries;
  live: LiveConversations;
  bus: Bus;
  /** Postgres has less of this conversation than this node. */
  doubtHistory(id: ConversationId): void;
  /** How many nodes live, as PostgreSQL sees it, that this one does not hear though its bus is there. */
  unheard(): Promise<number>;
  /** What is in no database has to be asked for again, too: who is there. Of all conversations where it names none. */
  askAnew(ids?: readonly ConversationId[]): void;
  onError(error: unknown): void;
};

/** Nodes that doubt at the same moment do not all ask at the same moment. */
const JITTER_MS = 1_000;
const BATCH = 500;
/** While there are nodes that cannot be heard it asks in turn for as many conversations, this often. */
const TURN_EVERY_MS = 2_000;
const TURN_BATCH = 1_000;
/** Whether all are heard is asked after each doubt, while they are not, and else only at each such turn. */
const LOOK_EVERY_TURNS = 5;

/**
 * Finds what no later event gives away: the end of a log that the bus lost. It compares the conversations that this
 * node serves with Postgres, only when there is a reason to doubt, and all the time while the bus is away or parted
 * (spec CLU-7, CLU-31).
 */
export class CatchUp {
  readonly #deps: Deps;
  #due = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #closed = false;
  #turnTimer: ReturnType<typeof setTimeout> | undefined;
  #next: ConversationId[] = [];
  #begun = new Set<ConversationId>();
  #ripe: ReadonlySet<ConversationId> = new Set();
  #unheard = 0;
  #turnsUntilLook = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#scheduleTurn();
  }

  /** Other nodes that lived at the last turn and were not heard. */
  get unheard(): number {
    return this.#unheard;
  }

  /**
   * The node serves a conversation from now on. Its own NATS has the subscription, those that it is joined with may get
   * it only after somebody there has published: it is compared once more when they have (spec CLU-32).
   */
  began(id: ConversationId): void {
    this.#begun.add(id);
  }

  /** Compares all, soon. What is doubted while it runs is compared once more after it. */
  doubt(): void {
    this.#due = true;
    this.#turnsUntilLook = 0;
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

  #scheduleTurn(): void {
    if (this.#closed) return;
    this.#turnTimer = setTimeout(() => void this.#turn().finally(() => this.#scheduleTurn()), TURN_EVERY_MS);
  }

  async #turn(): Promise<void> {
    // What began just now has to wait for a turn: its subscription is still on its way.
    const begun = [...this.#ripe];
    this.#ripe = this.#begun;
    this.#begun = new Set();
    if (begun.length > 0) this.#deps.askAnew(begun);
    try {
      await this.#compare(begun);
    } catch (error) {
      this.doubt();
      this.#failed(error);
    }
    try {
      await this.#whileParted();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #whileParted(): Promise<void> {
    const { bus, unheard } = this.#deps;
    if (bus.isUp && (this.#unheard > 0 || --this.#turnsUntilLook < 0)) {
      this.#turnsUntilLook = LOOK_EVERY_TURNS - 1;
      this.#unheard = await unheard();
    }
    if ((bus.isUp && this.#unheard === 0) || this.#running) return;
    if (this.#next.length === 0) this.#next = this.#deps.live.ids();
    await this.#compare(this.#next.splice(0, TURN_BATCH));
  }

  #failed(error: unknown): void {
    if (!(error instanceof Refusal)) this.#deps.onError(error);
  }

  async #compare(ids: readonly ConversationId[]): Promise<void> {
    for (let from = 0; from < ids.length; from += BATCH) {
      const { database, live, doubtHistory } = this.#deps;
      const batch = ids.slice(from, from + BATCH);
      const known = new Map(batch.map((id) => [id, live.get(id)?.lastSeq ?? 0]));
      const rows = await database.query<{ id: ConversationId; last_seq: string }>(
        'SELECT id, last_seq FROM conversations WHERE id = ANY ($1::uuid[])',
        [batch],
      );
      for (const { id, last_seq } of rows) {
        // What was known before Postgres was asked is in every history that continues it (spec LOG-15).
        if (Number(last_seq) < (known.get(id) ?? 0)) doubtHistory(id);
        else live.hearOf(id, Number(last_seq));
      }
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#turnTimer);
  }
}
