import type { UserObject } from '@tpx/protocol';
import type { Client } from '@tpx/sdk';
import { safeLine } from '../text/safe-text.ts';

/** Until it is known who somebody is. */
const UNKNOWN_LENGTH = 8;

/** Names for ids, at once; who is not known yet is asked for, once, and the client tells when they are. */
export class Names {
  readonly #client: Client;
  readonly #safe = new WeakMap<UserObject, string>();
  readonly #asked = new Set<string>();

  constructor(client: Client) {
    this.#client = client;
  }

  person(userId: string): UserObject | undefined {
    return this.#client.people.peek(userId);
  }

  readonly of = (userId: string): string => {
    const user = this.person(userId);
    if (!user) {
      this.#ask(userId);
      return safeLine(userId.slice(0, UNKNOWN_LENGTH));
    }
    let name = this.#safe.get(user);
    if (name === undefined) {
      name = safeLine(user.username ?? user.display_name);
      this.#safe.set(user, name);
    }
    return name;
  };

  /** Somebody who cannot be asked about keeps the beginning of the id. */
  async learn(userIds: Iterable<string>): Promise<void> {
    const { people } = this.#client;
    await Promise.all([...new Set(userIds)].map((id) => people.get(id).catch(() => undefined)));
  }

  /** A connection is there again: who was not to be had before may be now. */
  askAgain(): void {
    this.#asked.clear();
  }

  #ask(userId: string): void {
    if (userId === '' || this.#asked.has(userId) || !this.#client.isSignedIn) return;
    this.#asked.add(userId);
    this.#client.people.get(userId).catch(() => undefined);
  }
}
