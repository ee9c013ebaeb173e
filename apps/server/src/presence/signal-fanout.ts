import type { ConversationId } from '@tpx/protocol';
import type { Watcher } from './presence.ts';

type Deps = {
  /** See `Presence.filteredWatchers`. */
  filteredWatchers(id: ConversationId): readonly Watcher[];
  publish(room: string, topic: string, event: string, payload: unknown): void;
};

type Place = { id: ConversationId; topic: string };

/**
 * Publishes what people do without an event in the log, to the readers on this node. It does not reach whom they block:
 * those leave the room for the moment of the publish (spec SIG-4).
 */
export class SignalFanout {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** What one person does. `publish` is called instead where not all readers are meant. */
  publish(place: Place, userId: string, event: string, payload: unknown, publish?: () => void): void {
    const { topic, id } = place;
    const apart = this.#deps.filteredWatchers(id).filter(({ hiddenUsers }) => hiddenUsers?.has(userId));
    without(apart, topic, publish ?? (() => this.#deps.publish(topic, topic, event, payload)));
  }

  /** What several people do: whom some of them block gets `rest`, or nothing where that is undefined. */
  publishOfMany(
    { topic, id }: Place,
    userIds: ReadonlyMap<string, unknown>,
    event: string,
    payload: unknown,
    rest: (hidden: ReadonlySet<string>) => unknown,
  ): void {
    const apart = this.#deps.filteredWatchers(id).filter(({ hiddenUsers }) => isAnyIn(userIds, hiddenUsers));
    without(apart, topic, () => this.#deps.publish(topic, topic, event, payload));
    for (const { connection, hiddenUsers } of apart) {
      const left = hiddenUsers && rest(hiddenUsers);
      if (left !== undefined) connection.push(topic, event, left);
    }
  }
}

function isAnyIn(userIds: ReadonlyMap<string, unknown>, hidden: ReadonlySet<string> | undefined): boolean {
  for (const userId of userIds.keys()) if (hidden?.has(userId)) return true;
  return false;
}

function without(watchers: readonly Watcher[], topic: string, publish: () => void): void {
  for (const { connection } of watchers) connection.unsubscribe(topic);
  publish();
  for (const { connection } of watchers) connection.subscribe(topic);
}
