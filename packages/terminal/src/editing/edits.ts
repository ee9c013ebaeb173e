import type { ActionName } from '../keys/actions.ts';
import { type Draft, insert, moveTo, redo, replace, undo } from './draft.ts';
import { blankLeft, charLeft, charRight, lineEnd, lineStart, wordLeft, wordRight } from './motions.ts';

/** `kills`: what was cut, the newest last; shared by all tabs. Left out where it stays as it is. */
type Edited = { draft: Draft; kills?: readonly string[] };
export type Edit = (draft: Draft, kills: readonly string[]) => Edited;

const KILLS_MAX = 30;

/** The editing keys as functions (spec TERM-44): emacs' own set, by cluster, over several lines. */
export const EDITS = {
  newline: (draft) => ({ draft: insert(draft, '\n') }),
  'char-left': move(charLeft),
  'char-right': move(charRight),
  'word-left': move(wordLeft),
  'word-right': move(wordRight),
  'line-start': move(lineStart),
  'line-end': move(lineEnd),
  'delete-left': (draft) => ({ draft: remove(draft, charLeft(draft), draft.cursor) }),
  'delete-right': (draft) => ({ draft: remove(draft, draft.cursor, charRight(draft)) }),
  'kill-word-left': (draft, kills) => cut(draft, kills, blankLeft(draft), draft.cursor),
  'kill-part-left': (draft, kills) => cut(draft, kills, wordLeft(draft), draft.cursor),
  'kill-word-right': (draft, kills) => cut(draft, kills, draft.cursor, wordRight(draft)),
  // At the end of a line the line break itself is what is left to cut.
  'kill-to-end': (draft, kills) => {
    const end = lineEnd(draft);
    return cut(draft, kills, draft.cursor, end === draft.cursor ? charRight(draft) : end);
  },
  'kill-to-start': (draft, kills) => cut(draft, kills, lineStart(draft), draft.cursor),
  yank: (draft, kills) => ({ draft: yank(draft, kills, kills.length - 1, draft.cursor, draft.cursor) }),
  'yank-older': (draft, kills) => {
    if (draft.last !== 'yanked' || !draft.yanked) return { draft };
    const { from, to, index } = draft.yanked;
    return { draft: yank(draft, kills, (index - 1 + kills.length) % kills.length, from, to) };
  },
  transpose: (draft) => ({ draft: transpose(draft) }),
  'upper-word': changeWord((word) => word.toUpperCase()),
  'lower-word': changeWord((word) => word.toLowerCase()),
  'capital-word': changeWord((word) =>
    word.toLowerCase().replace(/\p{L}/u, (letter) => letter.toUpperCase()),
  ),
  undo: (draft) => ({ draft: undo(draft) }),
  redo: (draft) => ({ draft: redo(draft) }),
} satisfies Partial<Record<ActionName, Edit>>;

export type EditName = keyof typeof EDITS;

export function isEdit(name: string): name is EditName {
  return Object.hasOwn(EDITS, name);
}

function move(motion: (draft: Draft) => number): Edit {
  return (draft) => ({ draft: moveTo(draft, motion(draft)) });
}

function remove(draft: Draft, from: number, to: number): Draft {
  return from === to ? draft : replace(draft, from, to, '');
}

/** Cuts in a row are one: what was cut to the left goes before it, to the right behind it. */
function cut(draft: Draft, kills: readonly string[], from: number, to: number): Edited {
  if (from === to) return { draft };
  const text = draft.text.slice(from, to);
  const newest = kills.at(-1) ?? '';
  const grown = from < draft.cursor ? text + newest : newest + text;
  const after = draft.last === 'cut' ? [...kills.slice(0, -1), grown] : [...kills, text].slice(-KILLS_MAX);
  return { draft: replace(draft, from, to, '', 'cut'), kills: after };
}

function yank(draft: Draft, kills: readonly string[], index: number, from: number, to: number): Draft {
  const text = kills[index];
  if (text === undefined) return draft;
  return { ...replace(draft, from, to, text, 'yanked'), yanked: { from, to: from + text.length, index } };
}

/** At the end of the line the two before the cursor, else the one before and the one after it. */
function transpose(draft: Draft): Draft {
  const { text } = draft;
  const middle = draft.cursor === lineEnd(draft) ? charLeft(draft) : draft.cursor;
  const from = charLeft({ text, cursor: middle });
  const to = charRight({ text, cursor: middle });
  const [before, after] = [text.slice(from, middle), text.slice(middle, to)];
  if (before === '' || after === '' || before === '\n') return draft;
  return replace(draft, from, to, after + before);
}

function changeWord(change: (word: string) => string): Edit {
  return (draft) => {
    const to = wordRight(draft);
    if (to === draft.cursor) return { draft };
    return { draft: replace(draft, draft.cursor, to, change(draft.text.slice(draft.cursor, to))) };
  };
}
