import { type ConversationId, LIMITS, type UserId } from '@tpx/protocol';
import { LRUCache } from 'lru-cache';
import type { OnlineUsers } from './online-users.ts';

type Deps = {
  /** Undefined where the room is so large that this node only knows how many they are. */
  listed(id: ConversationId): readonly UserId[] | undefined;
  /** Asks every node. */
  ask(id: ConversationId): Promise<Iterable<UserId>>;
};

const ROOMS_MAX = 32;

/**
 * Who is online, in the order in which pages have them. A page of a large room costs what the whole room does: every node
 * is asked for its people. So the answer serves all pages of as long as the count of such a room stands (spec GRP-19).
 */
export class OnlineLists implements OnlineUsers {
  readonly #deps: Deps;
  readonly #lists = new LRUCache<ConversationId, Promise<readonly UserId[]>>({
    max: ROOMS_MAX,
    ttl: LIMITS.presenceCountIntervalMs,
  });

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async onlineIn(id: ConversationId): Promise<readonly UserId[]> {
    const listed = this.#deps.listed(id);
    if (listed) return listed.toSorted();
    let list = this.#lists.get(id);
    if (!list) {
      list = this.#deps.ask(id).then((people) => [...people].sort());
      this.#lists.set(id, list);
      list.catch(() => this.#lists.delete(id));
    }
    return list;
  }
}

/** Where in an ascending list the first id after `id` is. */
export function indexAfter(ids: readonly UserId[], id: UserId | undefined): number {
  if (id === undefined) return 0;
  let from = 0;
  let to = ids.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ids[middle] as UserId) > id) to = middle;
    else from = middle + 1;
  }
  return from;
}
