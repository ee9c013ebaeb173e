import {
  type ConversationId,
  type SignalEvents,
  type UserEvents,
  type UserId,
  userTopic,
} from '@tpx/protocol';
import { raiseMarks } from '../channels/raise-marks.ts';
import type { Signals } from '../channels/signals.ts';
import type { ToldChange } from '../cluster/changes-bus.ts';
import type { ConversationNews } from '../cluster/conversation-news.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import type { LiveConversations } from '../fanout/live-conversations.ts';
import type { LocalFanout } from '../fanout/local-fanout.ts';
import { eventIdIn } from '../fanout/payload-identity.ts';
import type { ReceiptBook } from '../messages/receipts.ts';
import type { Presence } from '../presence/presence.ts';
import type { SessionRegistry } from './session-registry.ts';

type Deps = {
  sessions: SessionRegistry;
  presence: Presence;
  signals: Signals;
  receipts: ReceiptBook;
  fanout: LocalFanout;
  live: LiveConversations;
  changed(told: ToldChange): void;
  /** Tells another node of this one's people there. */
  tellPresence(conversationId: ConversationId, nodeId: string): void;
};

/** Does on this node what another has told of a conversation that this one serves. */
export function applyNews(deps: Deps, conversationId: ConversationId, news: ConversationNews): void {
  switch (news.type) {
    case 'logged':
      // A change that a node of an earlier version announces lacks its identity: it is read.
      if (news.entry.event !== 'message' && eventIdIn(news.entry.payload) === undefined)
        deps.live.hearOf(conversationId, news.entry.seq);
      else deps.live.offer({ conversationId, ...news.entry });
      return;
    case 'doubted':
      deps.live.inDoubt(conversationId);
      return;
    case 'presence':
      deps.presence.hear(conversationId, news.nodeId, news.news);
      return;
    case 'presence_wanted':
      deps.tellPresence(conversationId, news.nodeId);
      return;
    case 'signal': {
      const conversation = deps.live.get(conversationId);
      if (conversation) applySignal(deps, conversation, news.event, news.payload);
      return;
    }
    case 'changed':
      deps.changed(news);
      return;
  }
}

/** Tells this node's readers what another node told its own; `payload` is its JSON. */
function applySignal(
  { sessions, signals, receipts: book, fanout }: Deps,
  conversation: LiveConversation,
  event: string,
  payload: string,
): void {
  const { topic } = conversation;
  if (event === 'typing') {
    signals.typingElsewhere(conversation, JSON.parse(payload) as SignalEvents['typing']);
    return;
  }
  if (event === 'receipts') {
    const { receipts } = JSON.parse(payload) as SignalEvents['receipts'];
    // The same person's devices here must not tell lower marks afterwards (spec RCP-2).
    for (const { user_id, delivered_seq, read_seq } of receipts) {
      raiseMarks(sessions.of(user_id as UserId), topic, delivered_seq, read_seq);
    }
    book.heard(conversation, receipts);
    return;
  }
  if (event === 'ping') {
    signals.pingElsewhere(conversation, JSON.parse(payload) as SignalEvents['ping']);
    return;
  }
  fanout.publishJson(topic, topic, event, payload);
}

/** Tells this node's devices of one person what another node has for all of them. */
export function applyUserSignal(
  { sessions, fanout }: Pick<Deps, 'sessions' | 'fanout'>,
  userId: UserId,
  event: string,
  payload: string,
): void {
  if (event === 'read_marker') {
    const { topic, read_seq } = JSON.parse(payload) as UserEvents['read_marker'];
    raiseMarks(sessions.of(userId), topic, read_seq, read_seq);
  }
  const topic = userTopic(userId);
  fanout.publishJson(topic, topic, event, payload);
}
