import { type ConversationId, Refusal } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';

type Deps = {
  database: Queries;
  /** Told of what is a bug; a database that is away is not. */
  onError(error: unknown): void;
  retryMs?: number;
};

type Row = { id: ConversationId; member_count: number; who_can_post: 'all' | 'admins' };

const RETRY_MS = 1_000;
const READ = 'SELECT id, member_count, who_can_post FROM groups WHERE id = ANY ($1::uuid[])';

/**
 * Reads again what changed groups say of their rules and members. Changes that come while one reading is under way go
 * together into the next, so a crowd that comes in costs a few queries. While Postgres is away they wait: whoever may
 * post depends on them (spec AUTHZ-2).
 */
export class ConversationRefresher {
  readonly #deps: Deps;
  #due = new Set<LiveConversation>();
  #running = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  refresh(live: LiveConversation): void {
    this.#due.add(live);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#due.size > 0) {
      const due = this.#due;
      this.#due = new Set();
      try {
        await this.#read(due);
      } catch (error) {
        if (!(error instanceof Refusal)) {
          this.#deps.onError(error);
          continue;
        }
        for (const live of due) this.#due.add(live);
        await wait(this.#deps.retryMs ?? RETRY_MS);
      }
    }
    this.#running = false;
  }

  /** A conversation that is gone stays as it is. */
  async #read(due: ReadonlySet<LiveConversation>): Promise<void> {
    const rows = await this.#deps.database.query<Row>(READ, [[...due].map(({ id }) => id)]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const live of due) {
      const row = byId.get(live.id);
      if (!row) continue;
      live.memberCount = row.member_count;
      live.whoCanPost = row.who_can_post;
    }
  }
}

/** Keeps no process alive that has nothing else to do. */
function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
