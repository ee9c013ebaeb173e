import { describe, expect, test } from 'bun:test';
import { seededRandom } from '@tpx/testkit';
import { clustersOf, joinedCodePoints } from '../text/clusters.ts';
import { type Draft, draftOf, EMPTY_DRAFT, insert } from './draft.ts';
import { EDITS, type EditName } from './edits.ts';
import { lineAbove, lineBelow } from './motions.ts';

type State = { draft: Draft; kills: readonly string[] };

/** `|` is the cursor. */
function state(text: string, kills: readonly string[] = []): State {
  const cursor = text.indexOf('|');
  return { draft: { ...draftOf(text.replace('|', '')), cursor }, kills };
}
function show({ draft: { text, cursor } }: State): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}
/** Words of several letters are typed, letter by letter where they stand in quotes. */
function after(before: State, ...keys: (EditName | `"${string}"`)[]): State {
  return keys.reduce<State>(({ draft, kills }, key) => {
    if (key.startsWith('"'))
      return { draft: clustersOf(key.slice(1, -1)).reduce((d, c) => insert(d, c), draft), kills };
    return { kills, ...EDITS[key as EditName](draft, kills) };
  }, before);
}

describe('TERM-44 editing keys', () => {
  const triples: [before: string, keys: EditName[], after: string][] = [
    ['one two| three', ['word-left'], 'one |two three'],
    ['one two| three', ['word-right'], 'one two three|'],
    ['one\ntwo| three', ['line-start'], 'one\n|two three'],
    ['one\nt|wo\nthree', ['line-end'], 'one\ntwo|\nthree'],
    ['héllo|', ['delete-left', 'delete-left'], 'hél|'],
    ['cafe\u0301|', ['delete-left'], 'caf|'],
    ['hi 👩‍👩‍👧|', ['delete-left'], 'hi |'],
    ['|👍🏽ok', ['char-right'], '👍🏽|ok'],
    ['|👍🏽ok', ['delete-right'], '|ok'],
    ['/msg bob@example.org|', ['kill-word-left'], '/msg |'],
    ['/msg bob@example.org|', ['kill-part-left'], '/msg bob@example.|'],
    ['one |two three', ['kill-word-right'], 'one | three'],
    ['one |two\nthree', ['kill-to-end'], 'one |\nthree'],
    ['one |two\nthree', ['kill-to-end', 'kill-to-end'], 'one |three'],
    ['one\ntwo |three', ['kill-to-start'], 'one\n|three'],
    ['one two |three', ['kill-word-left', 'kill-word-left', 'yank'], 'one two |three'],
    ['|one two', ['kill-word-right', 'kill-word-right', 'yank'], 'one two|'],
    ['ab|cd', ['transpose'], 'acb|d'],
    ['abcd|', ['transpose'], 'abdc|'],
    ['|abcd', ['transpose'], '|abcd'],
    ['|straße kaputt', ['upper-word', 'capital-word'], 'STRASSE Kaputt|'],
    ['|ONE', ['lower-word'], 'one|'],
    ['one|', ['newline', 'yank'], 'one\n|'],
    ['one |two', ['kill-to-end', 'undo'], 'one |two'],
    ['one |two', ['kill-to-end', 'undo', 'redo'], 'one |'],
  ];
  for (const [before, keys, then] of triples) {
    test(`TERM-44 ${JSON.stringify(before)} ${keys.join(', ')}`, () => {
      expect(show(after(state(before), ...keys))).toBe(then);
    });
  }

  test('TERM-44 what was cut before comes back with yank-older, and only right after a yank', () => {
    const cut = after(state('one two|'), 'kill-word-left', 'line-start', 'kill-to-end');
    expect(cut.kills).toEqual(['two', 'one ']);
    const older = after(cut, 'yank', 'yank-older');
    expect(show(older)).toBe('two|');
    expect(show(after(older, 'yank-older'))).toBe('one |');
    expect(show(after(cut, 'yank', 'line-start', 'yank-older'))).toBe('|one ');
  });

  test('TERM-44 typed letters are undone by the word', () => {
    const typed = after({ draft: EMPTY_DRAFT, kills: [] }, '"hello wide world"');
    expect(show(after(typed, 'undo'))).toBe('hello wide|');
    expect(show(after(typed, 'undo', 'undo', 'undo'))).toBe('|');
    expect(show(after(typed, 'undo', '"!"', 'redo'))).toBe('hello wide!|');
  });

  test('TERM-44 up and down keep the column and never land in a cluster', () => {
    expect(lineAbove({ text: 'ab\nabcd', cursor: 6 })).toBe(2);
    expect(lineAbove({ text: 'abcd', cursor: 2 })).toBeUndefined();
    expect(lineBelow({ text: 'abcd\nab', cursor: 3 })).toBe(7);
    expect(lineBelow({ text: 'abcd', cursor: 2 })).toBeUndefined();
    expect(lineAbove({ text: '👩‍👩‍👧\nabc', cursor: 11 })).toBe(0);
  });

  test('TERM-44 without a segmenter marks and joined emoji still hold together', () => {
    expect(joinedCodePoints('e\u0301a👩‍👩‍👧👍🏽')).toEqual(['e\u0301', 'a', '👩‍👩‍👧', '👍🏽']);
  });

  test('TERM-44 whatever is pressed, the cursor stands between two clusters (seeded)', () => {
    const random = seededRandom(7);
    const names = Object.keys(EDITS) as EditName[];
    let now: State = { draft: EMPTY_DRAFT, kills: [] };
    for (let step = 0; step < 20_000; step++) {
      now =
        random.next() < 0.4
          ? {
              ...now,
              draft: insert(now.draft, random.pick(['a', ' ', '👩‍👩‍👧', 'e\u0301', '\n', '한', '.'])),
            }
          : after(now, random.pick(names));
      if (now.draft.text.length > 200) now = { ...now, draft: EMPTY_DRAFT };
      const { text, cursor } = now.draft;
      let end = 0;
      const ends = [0, ...clustersOf(text).map((cluster) => (end += cluster.length))];
      if (!ends.includes(cursor)) throw new Error(`step ${step}: ${JSON.stringify(text)} at ${cursor}`);
    }
  });
});
