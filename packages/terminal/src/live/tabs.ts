import type { MessageObject } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import { draftOf } from '../editing/draft.ts';
import { loudness } from '../highlight/loudness.ts';
import { STATUS_TAB, type Tab } from '../state/state.ts';
import { titleOfTab } from '../view/titles.ts';
import { type Kept, keep, readKept } from './kept.ts';
import type { Live } from './live.ts';

/** Which conversations have a tab: all of them, but for those that were closed until something happens there again. */
export class Tabs {
  readonly #live: Live;
  #closed = new Set<string>();
  #isRestored = false;
  /** Up to which message the unread of a tab are counted: some are told again after their history came. */
  readonly #counted = new Map<string, number>();

  constructor(live: Live) {
    this.#live = live;
  }

  /** As the last run left them, new ones behind: groups, then DMs, by their names. */
  async restore(): Promise<void> {
    const { client, options } = this.#live;
    if (this.#isRestored || !client.isSignedIn) return;
    this.#isRestored = true;
    const kept = await readKept(options.storage);
    this.#closed = new Set(kept.closed);
    const rank = new Map(kept.order.map((id, index) => [id, index]));
    const rankOf = ({ topic, kind }: Conversation) =>
      rank.get(topic) ?? rank.size + (kind === 'group' ? 0 : 1);
    const titleOf = ({ topic }: Conversation) => titleOfTab(topic, this.#live.sources).toLowerCase();
    const all = client.conversations.sort(
      (a, b) => rankOf(a) - rankOf(b) || (titleOf(a) < titleOf(b) ? -1 : 1),
    );
    for (const conversation of all) if (!this.#closed.has(conversation.topic)) this.#add(conversation);
    this.#fill(kept);
  }

  add(conversation: Conversation): void {
    this.#closed.delete(conversation.topic);
    this.#add(conversation);
  }

  /** Turns to the conversation's tab. */
  open(conversation: Conversation): void {
    this.add(conversation);
    this.#live.openTab(conversation.topic);
  }

  /** Something happened in a conversation whose tab was closed. */
  wake(conversation: Conversation): void {
    if (this.#closed.has(conversation.topic)) this.add(conversation);
  }

  close(id: string): void {
    if (id === STATUS_TAB) return;
    this.#closed.add(id);
    this.#live.change({ type: 'tab removed', id });
  }

  /** Signed out. */
  removeAll(): void {
    for (const id of this.#live.state.order) this.#live.change({ type: 'tab removed', id });
    this.#live.change({ type: 'history loaded', lines: [] });
    this.#closed.clear();
    this.#isRestored = false;
  }

  /** Whether the message is not among those counted; from now on it is. */
  isNew({ topic, readSeq }: Conversation, { seq }: MessageObject): boolean {
    if (seq <= Math.max(readSeq, this.#counted.get(topic) ?? 0)) return false;
    this.#counted.set(topic, seq);
    return true;
  }

  /** After the read mark moved or history came. */
  recount(conversation: Conversation): void {
    const { topic, readSeq } = conversation;
    this.#live.change({ type: 'read', tab: topic, seq: readSeq, ...this.#count(conversation) });
  }

  async keep(): Promise<void> {
    if (!this.#isRestored) return;
    // A tab order that could not be kept is only the order of the next start.
    await keep(this.#live.options.storage, this.#live.state, this.#closed).catch(() => undefined);
  }

  #add(conversation: Conversation): void {
    const { topic, readSeq } = conversation;
    this.#live.change({
      type: 'tab added',
      tab: { id: topic, marker: readSeq, ...this.#count(conversation) },
    });
  }

  #fill({ open, drafts, history }: Kept): void {
    const live = this.#live;
    live.change({ type: 'history loaded', lines: history });
    for (const [id, text] of Object.entries(drafts)) {
      if (!live.state.tabs[id]) continue;
      live.openTab(id);
      live.change({ type: 'drafted', draft: draftOf(text) });
    }
    live.openTab(live.state.tabs[open] ? open : (live.state.order[1] ?? STATUS_TAB));
  }

  /** Only what is unread is looked at, from the newest back. */
  #count(conversation: Conversation): Pick<Tab, 'unread' | 'unreadMore' | 'mentions'> {
    const { client, state } = this.#live;
    const { messages, readSeq, topic } = conversation;
    this.#counted.set(topic, messages.at(-1)?.seq ?? 0);
    let unread = 0;
    let mentions = 0;
    for (let at = messages.length - 1; at >= 0; at--) {
      const message = messages[at];
      if (!message || message.seq <= readSeq) break;
      const { counts, highlight } = loudness(conversation, message, client.me, state.preferences);
      if (counts) unread++;
      if (highlight) mentions++;
    }
    // What is not held the server has counted, as far as it can: whom one ignores it does not know.
    const unreadMore = unread > 0 && !conversation.holdsUnread;
    return {
      unread,
      unreadMore,
      mentions: unreadMore ? Math.max(mentions, conversation.mentionCount) : mentions,
    };
  }
}
