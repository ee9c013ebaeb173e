import type { GroupObject, MessageObject, OwnUserObject } from '@tpx/protocol';
import { Client, MemoryStorage } from '@tpx/sdk';

/** A WebSocket that never opens. */
class NoWebSocket {
  readonly readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  send(): void {
    return;
  }
  close(): void {
    return;
  }
}

const AT = '2026-01-01T09:00:00.000Z';
const PEOPLE = ['ann', 'bob', 'cid', 'dee', 'eve'];
const WORDS =
  'the quick brown fox jumps over a lazy dog while everybody else is looking at https://example.org/ and waits'.split(
    ' ',
  );

function messageAt(seq: number, groupId: string): MessageObject {
  const length = 4 + ((seq * 7) % 23);
  const text = Array.from({ length }, (_, at) => WORDS[(seq * 3 + at) % WORDS.length]).join(' ');
  return {
    id: `${groupId}-${seq}`,
    client_id: null,
    conversation_id: groupId,
    group_id: groupId,
    seq,
    sender_id: PEOPLE[seq % PEOPLE.length] ?? '',
    type: 'text',
    content: { text },
    encryption: null,
    reply_to: null,
    mentions: [],
    reactions: seq % 9 === 0 ? [{ emoji: '👍', user_ids: ['ann'], count: 3 }] : [],
    created_at: new Date(Date.parse(AT) + seq * 20_000).toISOString(),
    edited_at: null,
    deleted: false,
  };
}

/** The SDK's real client as the last run left it, without a network. `live` gives it an event as if the server had. */
export async function offlineClient(groups: number, messagesEach: number) {
  const storage = new MemoryStorage();
  const me: OwnUserObject = { ...userOf('me'), blocked_users: [] };
  await storage.set('me', JSON.stringify(me));
  await storage.set('tokens', JSON.stringify({ access: 'a', refresh: 'r', expires_at: 9e15 }));
  await storage.set('people', JSON.stringify(PEOPLE.map((id) => ({ user: userOf(id), at: Date.now() }))));
  for (let at = 0; at < groups; at++) {
    const id = `group${at}`;
    const messages = Array.from({ length: messagesEach }, (_, index) => messageAt(index + 1, id));
    const stored = {
      about: { kind: 'group', ...groupOf(id) },
      last_seq: messagesEach,
      read_seq: messagesEach,
      delivered_seq: messagesEach,
      receipts: [],
      messages: messages.map((message) => ({ message, asOf: message.seq })),
    };
    await storage.set(`conversation/group:${id}`, JSON.stringify(stored));
  }
  const client = new Client({
    serverUrl: 'http://tpx.invalid',
    storage,
    WebSocket: NoWebSocket,
    fetch: () => Promise.reject(new TypeError('no network')),
    cacheLimit: messagesEach,
  });
  await client.open();
  const live = (seq: number, groupId: string) =>
    client
      .conversation(`group:${groupId}`)
      ?.link.sync.live({ seq, event: 'message', payload: { seq, message: messageAt(seq, groupId) } });
  return { client, storage, live };
}

function userOf(id: string): OwnUserObject {
  return {
    id,
    username: id,
    pin: null,
    display_name: id,
    photo: null,
    background: null,
    status: { state: 'online', text: '' },
    public_key: null,
    created_at: AT,
    updated_at: AT,
    blocked_users: [],
  };
}

function groupOf(id: string): GroupObject {
  return {
    id,
    name: id,
    description: 'Where the benchmark talks',
    photo: null,
    owner_id: 'ann',
    admins: [],
    access: 'invite',
    who_can_post: 'all',
    messages_retention: null,
    upload_max_bytes: 1,
    member_count: PEOPLE.length + 1,
    first_seq: 1,
    last_seq: 0,
    role: 'user',
    created_at: AT,
    updated_at: AT,
  };
}
