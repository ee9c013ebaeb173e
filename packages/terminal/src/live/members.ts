import { type Client, type Conversation, eachPage } from '@tpx/sdk';
import { LISTED_MAX } from '../view/nick-list.ts';
import type { MemberEntry } from '../view/sources.ts';

const PAGE = 100;

/** Who is in the groups whose tabs were looked at, asked for when they are first needed and after somebody came or went. */
export class Members {
  readonly #client: Client;
  readonly #onChange: (topic: string) => void;
  readonly #known = new Map<string, readonly MemberEntry[]>();
  readonly #asking = new Set<string>();
  readonly #unreachable = new Set<string>();

  constructor(client: Client, onChange: (topic: string) => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  of(topic: string): readonly MemberEntry[] | undefined {
    const known = this.#known.get(topic);
    if (!known && !this.#unreachable.has(topic)) void this.#ask(topic);
    return known;
  }

  /** Somebody came, went, or has another role. The list as it was stays until the new one is there. */
  changed(topic: string): void {
    if (this.#known.has(topic)) void this.#ask(topic);
  }

  /** Who was not to be had before may be now. */
  connected(): void {
    this.#unreachable.clear();
  }

  forget(): void {
    this.#known.clear();
  }

  async #ask(topic: string): Promise<void> {
    const conversation = this.#client.conversation(topic);
    if (conversation?.kind !== 'group' || this.#asking.has(topic)) return;
    this.#asking.add(topic);
    try {
      this.#known.set(topic, await this.#read(conversation));
      this.#onChange(topic);
    } catch {
      this.#unreachable.add(topic);
    } finally {
      this.#asking.delete(topic);
    }
  }

  async #read({ id }: Conversation): Promise<MemberEntry[]> {
    const { rest, people } = this.#client;
    const entries: MemberEntry[] = [];
    const pages = eachPage(
      (cursor) => rest.groups.members(id, { limit: PAGE, cursor }),
      (page) => page.members,
    );
    for await (const page of pages) {
      for (const { user, role } of page.members) {
        people.learn(user);
        entries.push({ userId: user.id, role });
      }
      if (entries.length >= LISTED_MAX) break;
    }
    return entries;
  }
}
