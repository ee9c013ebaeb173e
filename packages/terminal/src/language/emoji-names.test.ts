import { describe, expect, test } from 'bun:test';
import { Emoji } from '@tpx/protocol';
import { gemoji } from 'gemoji';
import { expandEmoji, readEmoji, searchEmoji } from './emoji-names.ts';

describe('TERM-20 emoji names', () => {
  test('TERM-20 names become what they name; what is none, and code, stays', () => {
    expect(expandEmoji(':smile: at 10:30:45, :tada::tada:')).toBe('😄 at 10:30:45, 🎉🎉');
    expect(expandEmoji('`:smile:` :no_such_name: http://a:80 :smile:')).toBe(
      '`:smile:` :no_such_name: http://a:80 😄',
    );
  });

  test('TERM-20 a reaction is an emoji or its name', () => {
    expect(['🎉', ':tada:', 'tada', ':+1:'].map(readEmoji)).toEqual(['🎉', '🎉', '🎉', '👍']);
    expect(['', 'qq', '🎉🎉', ':nothing:'].map(readEmoji)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('TERM-20 every named emoji is one that the server takes', () => {
    expect(gemoji.filter(({ emoji }) => !Emoji.safeParse(emoji).success).map(({ emoji }) => emoji)).toEqual(
      [],
    );
  });

  test('TERM-24 what begins so comes first, the shortest name before all', () => {
    expect(
      searchEmoji('smil')
        .map(({ name }) => name)
        .slice(0, 3),
    ).toEqual(['smile', 'smiley', 'smile_cat']);
    expect(searchEmoji('+1')[0]).toEqual({ name: '+1', emoji: '👍' });
    expect(searchEmoji('hooray').map(({ name }) => name)).toContain('tada');
    expect(searchEmoji('zzzz')).toEqual([]);
  });
});
