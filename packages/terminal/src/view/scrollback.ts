import type { MessageObject } from '@tpx/protocol';
import { GONE_MARK } from '../language/event-sentence.ts';
import type { Row } from '../screen/screen.ts';
import type { Tab } from '../state/state.ts';
import { safeLine } from '../text/safe-text.ts';
import { isSameDay } from './day.ts';
import { type Mark, markOf } from './ladder-mark.ts';
import type { Look } from './look.ts';
import { isSaid, type MessageView, messageRows, pendingRows } from './message-rows.ts';
import { noticeRows } from './notice-rows.ts';
import type { RowCache } from './row-cache.ts';
import { dayLine, unreadLine } from './separators.ts';
import type { ConversationSource, Sources } from './sources.ts';
import { type Item, Timeline } from './timeline.ts';

/** Messages of one person within this time stand together under one name. */
const GROUP_MS = 5 * 60_000;

const GONE: Mark = { text: GONE_MARK, style: 'failed' };

/** What a tab shows, laid out: rows of any item, made when they are looked at and kept while nothing in them changes. */
export class Scrollback {
  readonly timeline: Timeline;
  readonly #tab: Tab;
  readonly #look: Look;
  readonly #conversation: ConversationSource | undefined;
  readonly #sources: Sources;
  readonly #cache: RowCache;
  readonly #unreadAt: number;

  constructor(tab: Tab, look: Look, sources: Sources, cache: RowCache) {
    this.#tab = tab;
    this.#look = look;
    this.#sources = sources;
    this.#cache = cache;
    this.#conversation = sources.conversation(tab.id);
    const { messages = [], outbox = [], gone = [] } = this.#conversation ?? {};
    this.timeline = new Timeline(messages, tab.notices, outbox, gone);
    this.#unreadAt = this.#firstUnread();
  }

  /** The item above which the unread line stands; the length where there is none. */
  get unreadAt(): number {
    return this.#unreadAt;
  }

  rowsOf(index: number): readonly Row[] {
    const item = this.timeline.at(index);
    if (!item) return [];
    const before = this.timeline.at(index - 1);
    const isNewDay = this.#beginsDay(index, item);
    const isFirstUnread = index === this.#unreadAt;
    const view =
      item.kind === 'message'
        ? this.#viewOf(item.message, isNewDay || isFirstUnread ? undefined : before)
        : item.kind === 'gone'
          ? { ...this.#viewOf(item.message, undefined), mark: GONE, milliseconds: undefined }
          : undefined;
    const key = [
      isNewDay,
      isFirstUnread,
      view && [view.grouped, view.selected, view.mark?.text, view.milliseconds].join(),
      item.kind === 'pending' && [item.entry.state, this.#tab.selected === item.entry.client_id].join(),
    ].join('|');
    const subject =
      item.kind === 'message' || item.kind === 'gone'
        ? item.message
        : item.kind === 'notice'
          ? item.notice
          : item.entry;
    return this.#cache.get(subject, this.#look, key, view?.quoted, () => {
      const rows = this.#build(item, view);
      return [
        ...(isNewDay && rows.length > 0 ? [dayLine(timeOf(item), this.#look)] : []),
        ...(isFirstUnread ? [unreadLine(this.#look)] : []),
        ...rows,
      ];
    });
  }

  /** Days are those of what was said: what a command showed between them takes no day line away. */
  #beginsDay(index: number, item: Item): boolean {
    if (item.kind === 'notice') return false;
    let at = index - 1;
    while (this.timeline.at(at)?.kind === 'notice') at--;
    const before = this.timeline.at(at);
    return !before || !isSameDay(timeOf(before), timeOf(item));
  }

  #build(item: Item, view: MessageView | undefined): Row[] {
    const look = this.#look;
    switch (item.kind) {
      case 'notice':
        return noticeRows(item.notice, look);
      case 'pending': {
        const { client_id, created_at, message, state, error } = item.entry;
        const isRefused = state === 'failed';
        const mark = isRefused
          ? ({
              text: safeLine(`failed: ${error?.message ?? ''} /resend or /discard`),
              style: 'failed',
            } as const)
          : ({ text: 'sending', style: 'sending' } as const);
        const text = message.content.text ?? `[${message.type}]`;
        const { name } = this.#sources;
        return pendingRows(text, {
          look,
          at: new Date(created_at),
          mark,
          me: this.#sources.me(),
          name,
          selected: this.#tab.selected === client_id,
          ...(isRefused && { press: `message ${client_id}` }),
        });
      }
      case 'message':
      case 'gone':
        return view ? this.#messageRows(item.message, view) : [];
    }
  }

  /** What it says is judged once, when its rows are made: it and the preferences are what that depends on. */
  #messageRows(message: MessageObject, view: MessageView): Row[] {
    const { hidden, highlight } = this.#sources.loudness(this.#tab.id, message);
    return hidden ? [] : messageRows(message, { ...view, highlight });
  }

  #viewOf(message: MessageObject, before: Item | undefined): MessageView {
    const { name, milliseconds } = this.#sources;
    const me = this.#sources.me();
    const isMine = message.sender_id === me && message.type !== 'system';
    return {
      look: this.#look,
      me,
      name,
      grouped:
        before?.kind === 'message' &&
        before.message.sender_id === message.sender_id &&
        isSaid(before.message) &&
        isSaid(message) &&
        Date.parse(message.created_at) - Date.parse(before.message.created_at) < GROUP_MS,
      selected: this.#tab.selected === message.id,
      highlight: false,
      mark:
        isMine && this.#conversation && !message.deleted ? markOf(this.#conversation, message) : undefined,
      milliseconds: this.#look.milliseconds ? milliseconds(message.id) : undefined,
      quoted: message.reply_to === null ? undefined : this.#conversation?.find(message.reply_to),
    };
  }

  #firstUnread(): number {
    const newest = this.#conversation?.messages.at(-1)?.seq ?? 0;
    if (this.#tab.marker === 0 || this.#tab.marker >= newest) return this.timeline.length;
    let index = this.timeline.indexOf({ seq: this.#tab.marker }) + 1;
    // What a command showed then stays with what was read.
    for (let kind = this.timeline.at(index)?.kind; kind === 'notice' || kind === 'gone'; ) {
      kind = this.timeline.at(++index)?.kind;
    }
    return index;
  }
}

function timeOf(item: Item): Date {
  switch (item.kind) {
    case 'message':
    case 'gone':
      return new Date(item.message.created_at);
    case 'pending':
      return new Date(item.entry.created_at);
    case 'notice':
      return new Date(item.notice.at);
  }
}
