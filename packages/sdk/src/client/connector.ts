import {
  type ConversationObject,
  conversationTopic,
  type UserJoined,
  UserJoinedSchema,
  userTopic,
} from '@tpx/protocol';
import type { Conversation } from '../conversation/conversation.ts';
import { type Platform, wait } from '../platform.ts';
import type { Rest } from '../rest/rest.ts';
import { retryDelayMs } from '../socket/backoff.ts';
import type { Channel } from '../socket/channel.ts';
import type { PhoenixSocket } from '../socket/socket.ts';
import { isRetryable } from '../trouble.ts';
import { checkShape } from '../untrusted/check-shape.ts';
import { eachPage } from '../untrusted/page-walk.ts';
import type { Conversations } from './conversations.ts';
import { meansGone, planResume, resumeOf } from './resume.ts';

export type ConnectorOptions = {
  me: string;
  socket: PhoenixSocket;
  conversations: Conversations;
  rest: Rest;
  platform: Platform;
  onUserEvent: (event: string, payload: unknown) => void;
  onOnline: () => void;
  onAdded: (conversation: Conversation) => void;
  onGone: (topic: string, reason: string) => Promise<void>;
};

/** Joins in flight at once, for what the resume did not cover. */
const JOINS_AT_ONCE = 8;
/** How far the newest own messages got is asked after the storm, a moment apart for each client. */
const RECEIPTS_AFTER_MS = 2_000;
const RECEIPTS_ASKED_MAX = 20;

/** What happens each time the connection opens: one `user:` join that resumes everything, then the rest (rule SDK-3). */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #channel: Channel;
  readonly #stopListening: () => void;
  /** Rises with each connection; what belongs to an earlier one ends. */
  #connection = 0;
  readonly #joining = new Map<Conversation, Promise<void>>();

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.#channel = options.socket.channel(userTopic(options.me));
    const stops = [
      this.#channel.events.on('event', ({ event, payload }) => options.onUserEvent(event, payload)),
      this.#channel.events.on('broken', () => options.socket.drop('the user channel broke')),
      options.socket.events.on('open', () => void this.#opened()),
      options.socket.events.on('lost', () => this.#lost()),
    ];
    this.#stopListening = () => {
      for (const stop of stops) stop();
    };
  }

  close(): void {
    this.#lost();
    this.#stopListening();
  }

  #lost(): void {
    this.#connection++;
    // Those in flight end by themselves; the next connection must not wait for them.
    this.#joining.clear();
    this.#options.conversations.disconnected();
  }

  async #opened(): Promise<void> {
    const connection = ++this.#connection;
    const { conversations, socket, onOnline } = this.#options;
    const before = conversations.all;
    let answer: UserJoined;
    try {
      const joined = await this.#channel.join({ resume: resumeOf(before) });
      checkShape(joined, UserJoinedSchema, 'The answer to the first join');
      answer = joined as UserJoined;
    } catch (error) {
      if (connection === this.#connection) socket.drop((error as Error).message);
      return;
    }
    const plan = planResume(before, answer);
    const mentions = new Map(answer.conversations.map(({ topic, mention_count }) => [topic, mention_count]));
    for (const { topic, link } of before) link.mentionCount = mentions.get(topic) ?? 0;
    for (const { conversation, page, summary } of plan.resumed) {
      conversation.link.resumed(page, summary.last_seq, summary.my_read_seq, this.#channel.joinRef);
    }
    for (const { conversation, reason } of plan.gone) void this.#options.onGone(conversation.topic, reason);
    try {
      const added = await this.#adopt(plan.unknown, connection);
      if (connection !== this.#connection) return;
      for (const { topic, link } of added) link.mentionCount = mentions.get(topic) ?? 0;
      onOnline();
      await this.#joinAll([...plan.join, ...added]);
      await this.#askReceipts(connection);
    } catch (error) {
      // Without the rest of its conversations a client is not there: begin again, unless that has happened already.
      if (connection === this.#connection) socket.drop((error as Error).message);
    }
  }

  /** Until it is joined, gone, or the connection is. Whoever asks twice waits for the same join. */
  join(conversation: Conversation): Promise<void> {
    let joining = this.#joining.get(conversation);
    if (!joining) {
      joining = this.#join(conversation).finally(() => {
        if (this.#joining.get(conversation) === joining) this.#joining.delete(conversation);
      });
      this.#joining.set(conversation, joining);
    }
    return joining;
  }

  async #join(conversation: Conversation): Promise<void> {
    const connection = this.#connection;
    const { platform, onGone } = this.#options;
    for (let attempt = 0; connection === this.#connection && !conversation.joined; attempt++) {
      try {
        await conversation.link.join();
        return;
      } catch (error) {
        if (connection !== this.#connection) return;
        if (meansGone(error)) return await onGone(conversation.topic, error.code);
        if (!isRetryable(error)) throw error;
      }
      await wait(platform.clock, retryDelayMs(attempt, platform.random));
    }
  }

  /** Conversations that began while this device was away, or all of them on a new device. */
  async #adopt(topics: readonly string[], connection: number): Promise<Conversation[]> {
    if (topics.length === 0) return [];
    const wanted = new Set(topics);
    const { conversations, onAdded, rest } = this.#options;
    const added: Conversation[] = [];
    for await (const about of allConversations(rest)) {
      if (connection !== this.#connection) break;
      if (!wanted.delete(conversationTopic(about.kind, about.id))) continue;
      const { conversation, isNew } = conversations.ensure(about);
      if (isNew) onAdded(conversation);
      added.push(conversation);
      if (wanted.size === 0) break;
    }
    return added;
  }

  async #joinAll(waiting: Conversation[]): Promise<void> {
    const next = async (): Promise<void> => {
      for (let one = waiting.shift(); one; one = waiting.shift()) await this.join(one);
    };
    await Promise.all(Array.from({ length: JOINS_AT_ONCE }, next));
  }

  async #askReceipts(connection: number): Promise<void> {
    const { platform, conversations } = this.#options;
    await wait(platform.clock, RECEIPTS_AFTER_MS * (0.25 + platform.random()));
    for (const { link } of conversations.all.slice(0, RECEIPTS_ASKED_MAX)) {
      if (connection !== this.#connection) return;
      // A courtesy: the next mark that is told shows the same.
      await link.refreshReceipts().catch(() => undefined);
    }
  }
}

async function* allConversations(rest: Rest): AsyncGenerator<ConversationObject> {
  const groups = eachPage(
    (cursor) => rest.groups.list({ limit: 100, cursor }),
    (page) => page.groups,
  );
  for await (const page of groups) for (const group of page.groups) yield { kind: 'group', ...group };
  const dms = eachPage(
    (cursor) => rest.messages.dms({ limit: 100, cursor }),
    (page) => page.dms,
  );
  for await (const page of dms) for (const dm of page.dms) yield { kind: 'dm', ...dm };
}
