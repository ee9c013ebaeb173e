import type { Client, Conversation, Ladder } from '@tpx/sdk';

type Write = (event: Record<string, unknown>) => void;

/** Tells everything that happens, with `topic` for what is in a conversation. */
export function tellJsonEvents(client: Client, write: Write): void {
  const { events } = client;
  const tell = (event: string, { topic }: Conversation, more: Record<string, unknown>) =>
    write({ event, topic, ...more });
  events.on('connection', (connection) => write({ event: 'connection', ...connection }));
  events.on('signed_out', ({ reason }) => write({ event: 'signed_out', reason }));
  events.on('password_guessed', ({ at }) => write({ event: 'password_guessed', at }));
  events.on('refused', ({ error }) => write({ event: 'refused', message: error.message }));
  events.on('conversation_added', ({ conversation }) =>
    tell('conversation_added', conversation, { conversation: conversation.about }),
  );
  events.on('conversation_removed', ({ conversation, reason }) =>
    tell('conversation_removed', conversation, { reason }),
  );
  events.on('message', ({ conversation, message }) => tell('message', conversation, { message }));
  events.on('edited', ({ conversation, message, seq }) => tell('edited', conversation, { seq, message }));
  events.on('deleted', ({ conversation, id, seq }) => tell('deleted', conversation, { seq, id }));
  events.on('reaction', ({ conversation, seq, id, user_id, emoji, on }) =>
    tell('reaction', conversation, { seq, id, user_id, emoji, on }),
  );
  events.on('replaced', ({ conversation, gone }) => tell('replaced', conversation, { gone }));
  events.on('trimmed', ({ conversation, firstSeq }) =>
    tell('trimmed', conversation, { first_seq: firstSeq }),
  );
  events.on('outbox', ({ conversation, entry, message }) =>
    tell('outbox', conversation, {
      client_id: entry.client_id,
      state: message ? 'sent' : entry.state,
      ...(message && { message }),
      ...(entry.error && { error: entry.error }),
    }),
  );
  events.on('receipts', ({ conversation }) => tellLadder(client, conversation, write));
  events.on('read', ({ conversation, seq }) => tell('read', conversation, { seq }));
  events.on('typing', ({ conversation, userIds }) => tell('typing', conversation, { user_ids: userIds }));
  events.on('presence', ({ conversation, online }) =>
    tell('presence', conversation, {
      online,
      user_ids: conversation.onlineUsers.map(({ userId }) => userId),
    }),
  );
  events.on('ping', ({ conversation, userId }) => tell('ping', conversation, { user_id: userId }));
}

const toldLadders = new WeakMap<Conversation, Map<string, Ladder>>();

/** Of the last own messages, those that went a step up. A mark passes all before it, so the last few are enough. */
function tellLadder(client: Client, conversation: Conversation, write: Write): void {
  let told = toldLadders.get(conversation);
  if (!told) {
    told = new Map();
    toldLadders.set(conversation, told);
  }
  const mine = conversation.messages.filter(
    ({ sender_id, type }) => sender_id === client.me.id && type !== 'system',
  );
  for (const message of mine.slice(-100)) {
    const state = conversation.ladderOf(message);
    if (state === 'sent' || told.get(message.id) === state) continue;
    told.set(message.id, state);
    write({ event: 'ladder', topic: conversation.topic, id: message.id, seq: message.seq, state });
  }
}
