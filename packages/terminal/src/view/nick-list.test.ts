import { describe, expect, test } from 'bun:test';
import { group, person } from '../terminal.fixture.ts';
import { themeOf } from '../themes/themes.ts';
import { nickList } from './nick-list.ts';
import type { ConversationSource, Sources } from './sources.ts';

const USERS = ['zoe', 'Adam', 'bob', 'cid', 'dee'];
const STATUS = { bob: { state: 'custom', text: 'lunch' } } as const;

function listOf(height: number, more = {}) {
  const conversation = {
    about: group('room', { member_count: USERS.length, ...more }),
    topic: 'group:room',
    onlineCount: 3,
    onlineUsers: ['zoe', 'bob', 'cid'].map((userId) => ({ userId, devices: [] })),
  } as unknown as ConversationSource;
  const sources = {
    members: () =>
      USERS.map((userId) => ({
        userId,
        role: userId === 'zoe' ? 'owner' : userId === 'dee' ? 'admin' : 'user',
      })),
    name: (id: string) => id,
    person: (id: string) => person(id, id === 'bob' ? { status: STATUS.bob } : {}),
  } as unknown as Sources;
  return nickList(conversation, sources, themeOf('monochrome'), 12, height).map((row) =>
    row
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}

describe('TERM-60 the list of members', () => {
  test('TERM-60 who is here first, then by role and name, with signs', () => {
    expect(listOf(10)).toEqual([' ●~zoe', ' ◐ bob', ' ● cid', ' ○@dee', ' ○ Adam']);
  });

  test('TERM-60 says how many do not fit', () => {
    expect(listOf(3)).toEqual([' ●~zoe', ' ◐ bob', ' +3 more']);
  });

  test('TERM-60 large rooms are counted', () => {
    expect(listOf(10, { member_count: 1234 })).toEqual([' 1234 membe…', ' 3 here']);
  });
});
