import type { LogEvent, MessageObject } from '@tpx/protocol';

export function messageAt(seq: number, more: Partial<MessageObject> = {}): MessageObject {
  return {
    id: `m${seq}`,
    client_id: null,
    conversation_id: 'c',
    dm_id: 'c',
    seq,
    sender_id: 'ann',
    type: 'text',
    content: { text: `text ${seq}` },
    encryption: null,
    reply_to: null,
    mentions: [],
    reactions: [],
    created_at: '2026-01-01T00:00:00.000Z',
    edited_at: null,
    deleted: false,
    ...more,
  };
}

export function messageEvent(seq: number, more: Partial<MessageObject> = {}): LogEvent {
  return { seq, event: 'message', payload: { seq, message: messageAt(seq, more) } };
}
