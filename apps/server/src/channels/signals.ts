import { LIMITS, type SignalEvents, type UserId } from '@tpx/protocol';
import type { Announcer } from '../fanout/announcer.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import type { SignalFanout } from '../presence/signal-fanout.ts';
import type { ConversationChannel } from './channel.ts';
import type { ChannelSession } from './channel-session.ts';

type Deps = {
  announcer: Announcer;
  fanout: Pick<SignalFanout, 'publish'>;
  /** Whether the first blocks the second, as Postgres has it. */
  blocks(userId: UserId, other: UserId): Promise<boolean>;
  /** To the readers on all other nodes. */
  relay<Name extends keyof SignalEvents>(
    conversation: LiveConversation,
    event: Name,
    payload: SignalEvents[Name],
  ): void;
};

/** What is broadcast and not kept: typing, pings, one's own read mark (spec SIG-1 to SIG-4). */
export class Signals {
  readonly #deps: Deps;
  /** Who is typing where, and when that dies. */
  readonly #typing = new Map<LiveConversation, Map<UserId, number>>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#expireTyping(), 1_000);
  }

  typing(session: ChannelSession, { conversation, topic }: ConversationChannel, on: boolean): void {
    const { userId, connection } = session;
    if (!this.#note(conversation, userId, on)) return;
    const payload = { user_id: userId, on };
    this.#deps.fanout.publish(conversation, userId, 'typing', payload, () =>
      connection.publishToOthers(topic, topic, 'typing', payload),
    );
    this.#deps.relay(conversation, 'typing', payload);
  }

  /** Somebody on another node. It dies here too: that node may be gone by then. */
  typingElsewhere(conversation: LiveConversation, payload: SignalEvents['typing']): void {
    if (!this.#note(conversation, payload.user_id as UserId, payload.on)) return;
    this.#deps.fanout.publish(conversation, payload.user_id, 'typing', payload);
  }

  /** False where nothing changes: somebody stops who was not typing. */
  #note(conversation: LiveConversation, userId: UserId, on: boolean): boolean {
    let people = this.#typing.get(conversation);
    if (!on && !people?.has(userId)) return false;
    if (!people) {
      people = new Map();
      this.#typing.set(conversation, people);
    }
    if (on) people.set(userId, performance.now() + LIMITS.typingTtlMs);
    else people.delete(userId);
    return true;
  }

  #expireTyping(): void {
    const now = performance.now();
    for (const [conversation, people] of this.#typing) {
      for (const [userId, until] of people) {
        if (until > now) continue;
        people.delete(userId);
        this.#deps.fanout.publish(conversation, userId, 'typing', { user_id: userId, on: false });
      }
      if (people.size === 0) this.#typing.delete(conversation);
    }
  }

  ping({ userId }: ChannelSession, { conversation, topic }: ConversationChannel): void {
    this.pingElsewhere(conversation, { user_id: userId });
    this.#deps.relay(conversation, 'ping', { user_id: userId });
    for (const peer of conversation.peers ?? [])
      if (peer !== userId) void this.#pingPeer(userId, peer, topic);
  }

  pingElsewhere(conversation: LiveConversation, payload: SignalEvents['ping']): void {
    this.#deps.fanout.publish(conversation, payload.user_id, 'ping', payload);
  }

  /** Where that is not known for now, nobody is pinged who may be blocked. */
  async #pingPeer(userId: UserId, peer: UserId, topic: string): Promise<void> {
    const isBlocked = await this.#deps.blocks(userId, peer).catch(() => true);
    if (!isBlocked) this.#deps.announcer.signalUser(peer, 'ping', { user_id: userId, topic });
  }

  readMarker({ userId }: ChannelSession, { topic, readSeq }: ConversationChannel): void {
    this.#deps.announcer.signalUser(userId, 'read_marker', { topic, read_seq: readSeq });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
