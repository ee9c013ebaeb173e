/**
 * One key as a face hears it. `name` is the character it writes (`a`, `é`, ` `), or one of the names of `KEY_NAMES`.
 * A letter with Ctrl or Alt is told in lower case; Shift is told only beside a name, since a character has it already.
 */
export type Key = { name: string; ctrl: boolean; alt: boolean; shift: boolean };

export const KEY_NAMES = [
  'enter',
  'tab',
  'escape',
  'backspace',
  'delete',
  'insert',
  'up',
  'down',
  'left',
  'right',
  'home',
  'end',
  'pageup',
  'pagedown',
  ...(['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12'] as const),
] as const;

/** Zero-based, from the top left of the screen. */
export type Place = { row: number; column: number };

/** What a person does at a face. Faces translate their platform's events into these and decide nothing. */
export type InputEvent =
  | { type: 'key'; key: Key }
  /** A whole paste, line breaks as line feeds: never read as keys. */
  | { type: 'paste'; text: string }
  | { type: 'press'; at: Place; button: 'left' | 'middle' | 'right' }
  | { type: 'wheel'; at: Place; lines: number }
  | { type: 'resize'; columns: number; rows: number }
  /** Whether the person looks at this window: what is shown unfocused is not marked as read. */
  | { type: 'focus'; focused: boolean };
