/**
 * A text being edited. `cursor` is in code units and always between two clusters. Plain data: every operation gives a new
 * one.
 */
export type Draft = {
  readonly text: string;
  readonly cursor: number;
  readonly undo: readonly Snapshot[];
  readonly redo: readonly Snapshot[];
  /** What the last operation was: cuts in a row are one cut, typed letters one step of undo. */
  readonly last: 'typed' | 'cut' | 'yanked' | 'other';
  /** What the last yank put in, to be replaced by `yank-older`. */
  readonly yanked: { from: number; to: number; index: number } | undefined;
};

type Snapshot = { readonly text: string; readonly cursor: number };

const UNDO_MAX = 200;

export const EMPTY_DRAFT: Draft = {
  text: '',
  cursor: 0,
  undo: [],
  redo: [],
  last: 'other',
  yanked: undefined,
};

export function draftOf(text: string): Draft {
  return { ...EMPTY_DRAFT, text, cursor: text.length };
}

/** Replaces what stands between `from` and `to`; the cursor goes behind it. */
export function replace(
  draft: Draft,
  from: number,
  to: number,
  text: string,
  last: Draft['last'] = 'other',
): Draft {
  const whole = draft.text.slice(0, from) + text + draft.text.slice(to);
  const goesOn = last === 'typed' && draft.last === 'typed' && !/\s/.test(text);
  const undo = goesOn
    ? draft.undo
    : [...draft.undo, { text: draft.text, cursor: draft.cursor }].slice(-UNDO_MAX);
  return { text: whole, cursor: from + text.length, undo, redo: [], last, yanked: undefined };
}

export function insert(draft: Draft, text: string, last: Draft['last'] = 'typed'): Draft {
  return replace(draft, draft.cursor, draft.cursor, text, last);
}

export function moveTo(draft: Draft, cursor: number): Draft {
  return { ...draft, cursor, last: 'other', yanked: undefined };
}

/** The whole text anew, as one step that can be undone. */
export function rewrite(draft: Draft, text: string, cursor = text.length): Draft {
  return { ...replace(draft, 0, draft.text.length, text), cursor };
}

export function undo(draft: Draft): Draft {
  const before = draft.undo.at(-1);
  if (!before) return draft;
  return {
    ...draft,
    ...before,
    undo: draft.undo.slice(0, -1),
    redo: [...draft.redo, { text: draft.text, cursor: draft.cursor }],
    last: 'other',
    yanked: undefined,
  };
}

export function redo(draft: Draft): Draft {
  const next = draft.redo.at(-1);
  if (!next) return draft;
  return {
    ...draft,
    ...next,
    redo: draft.redo.slice(0, -1),
    undo: [...draft.undo, { text: draft.text, cursor: draft.cursor }],
    last: 'other',
    yanked: undefined,
  };
}
