import { describe, expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import { DEFAULT_PREFERENCES, type Preferences } from '../preferences/preferences.ts';
import { loudness } from './loudness.ts';

const me = { id: 'me', username: 'alice' };
const group = { topic: 'group:1', kind: 'group' } as const;
const dm = { topic: 'dm:1', kind: 'dm' } as const;

function message(text: string, more: Partial<MessageObject> = {}): MessageObject {
  return {
    id: 'm',
    client_id: null,
    conversation_id: '1',
    seq: 1,
    sender_id: 'bob',
    type: 'text',
    content: { text },
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
/** `counts highlight rings`, as the words that hold. */
function does(where: typeof group | typeof dm, said: MessageObject, more: Partial<Preferences> = {}): string {
  const result = loudness(where, said, me, { ...DEFAULT_PREFERENCES, ...more });
  return Object.entries(result)
    .flatMap(([name, on]) => (on ? [name] : []))
    .join(' ');
}

describe('TERM-23 loudness', () => {
  test('TERM-23 a DM rings; a group only where one is meant', () => {
    expect(does(dm, message('hi'))).toBe('counts rings');
    expect(does(group, message('hi'))).toBe('counts');
    expect(does(group, message('hi @alice', { mentions: ['me'] }))).toBe('counts highlight rings');
    expect(does(group, message('Alice: hi'))).toBe('counts highlight rings');
    expect(does(group, message('malice'))).toBe('counts');
  });

  test('TERM-23 what is muted still counts and is still coloured, and never rings', () => {
    const notify = { 'group:1': 'mute', 'dm:1': 'mute' } as const;
    expect(does(group, message('alice!'), { notify })).toBe('counts highlight');
    expect(does(dm, message('hi'), { notify })).toBe('counts');
    expect(does(group, message('hi'), { notify: { 'group:1': 'all' } })).toBe('counts rings');
  });

  test('TERM-23 rules call everywhere, or in their conversation', () => {
    const highlights = [{ pattern: 'deploy' }, { pattern: '/now/i', topic: 'dm:1' }];
    expect(does(group, message('a deploy'), { highlights })).toBe('counts highlight rings');
    expect(does(group, message('NOW'), { highlights })).toBe('counts');
    expect(does(dm, message('NOW'), { highlights })).toBe('counts highlight rings');
  });

  test('TERM-23 one’s own, notices and whom one ignores do nothing', () => {
    expect(does(dm, message('alice', { sender_id: 'me' }))).toBe('');
    expect(
      does(group, message('', { type: 'system', content: { event: 'member_left', actor_id: 'bob' } })),
    ).toBe('');
    const ignored = ['bob'];
    expect(does(dm, message('alice', { mentions: ['me'] }), { ignored })).toBe('hidden');
    expect(does(group, message('alice', { deleted: true, content: null }))).toBe('counts');
  });
});
