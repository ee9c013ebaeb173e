import { type Draft, draftOf, insert } from '../editing/draft.ts';
import { EDITS, isEdit } from '../editing/edits.ts';
import type { ActionName } from '../keys/actions.ts';
import { chordOf } from '../keys/chord.ts';
import type { Key } from '../keys/input-event.ts';
import { isPicker, type Overlay, type Picker } from '../state/overlay.ts';
import { openTab } from '../state/state.ts';
import { type PickerItem, pickerItems } from '../view/picker-items.ts';
import type { Doing } from './deeds.ts';
import { send } from './line-deeds.ts';
import { select } from './selection-deeds.ts';
import { typedText } from './typed-text.ts';

/** A key while something lies over the line: it goes there and nowhere else. */
export function overlayKey(doing: Doing, overlay: Overlay, key: Key): void {
  if (isPicker(overlay)) pickerKey(doing, overlay, key);
  else if (overlay.kind === 'secret') secretKey(doing, overlay.draft, key);
  else if (overlay.kind === 'confirm') confirmKey(doing, key);
  else pasteKey(doing, overlay.text, key);
}

/** Takes the entry at `index` of what a picker offers. */
export function takeItem({ live }: Doing, picker: Picker, index: number): void {
  const item = pickerItems(picker, live.state, live.sources)[index];
  live.change({ type: 'overlay', overlay: undefined });
  if (item) take(live, item);
}

function take(live: Doing['live'], { take: taken }: PickerItem): void {
  switch (taken.kind) {
    case 'tab':
      live.openTab(taken.id);
      return;
    case 'line':
      live.change({ type: 'drafted', draft: draftOf(taken.text) });
      return;
    case 'message':
      select(live, taken.id);
      return;
  }
}

/** The second is Enter as it is heard when it was typed before the terminal was ours. */
const ENTERS: ReadonlySet<string> = new Set(['enter', 'ctrl+j']);

const PICKER_KEYS = new Map<string, 'close' | 1 | -1>([
  ['escape', 'close'],
  ['ctrl+c', 'close'],
  ['ctrl+g', 'close'],
  ['up', -1],
  ['ctrl+p', -1],
  ['ctrl+s', -1],
  ['shift+tab', -1],
  ['down', 1],
  ['ctrl+n', 1],
  ['ctrl+r', 1],
  ['ctrl+k', 1],
  ['tab', 1],
]);

function pickerKey(doing: Doing, picker: Picker, key: Key): void {
  const { live } = doing;
  const chord = chordOf(key);
  const does = PICKER_KEYS.get(chord);
  if (ENTERS.has(chord)) takeItem(doing, picker, picker.chosen);
  else if (does === 'close') live.change({ type: 'overlay', overlay: undefined });
  else if (does !== undefined) {
    const { length } = pickerItems(picker, live.state, live.sources);
    const chosen = length === 0 ? 0 : (picker.chosen + does + length) % length;
    live.change({ type: 'overlay', overlay: { ...picker, chosen } });
  } else {
    const query = edited(doing, picker.query, key);
    if (query) live.change({ type: 'overlay', overlay: { ...picker, query, chosen: 0 } });
  }
}

const GIVES_UP: ReadonlySet<string> = new Set(['escape', 'ctrl+c', 'ctrl+g']);

function secretKey(doing: Doing, draft: Draft, key: Key): void {
  const { live } = doing;
  const chord = chordOf(key);
  if (ENTERS.has(chord)) live.questions.answerSecret(draft.text);
  else if (GIVES_UP.has(chord)) live.questions.answerSecret('');
  else {
    const { overlay } = live.state;
    const changed = edited(doing, draft, key);
    if (!changed || overlay?.kind !== 'secret') return;
    live.change({ type: 'overlay', overlay: { ...overlay, draft: changed } });
  }
}

function confirmKey({ live }: Doing, key: Key): void {
  const chord = chordOf(key).toLowerCase();
  if (chord === 'y') live.questions.answerConfirm(true);
  else if (chord === 'n' || chord === 'enter' || GIVES_UP.has(chord)) live.questions.answerConfirm(false);
}

function pasteKey(doing: Doing, text: string, key: Key): void {
  const { live } = doing;
  const chord = chordOf(key).toLowerCase();
  const whole = insert(openTab(live.state).draft, text, 'other');
  const sends = chord === 's';
  const edits = chord === 'e' || chord === 'enter';
  if (!sends && !edits && chord !== 'd' && !GIVES_UP.has(chord)) return;
  live.change({ type: 'overlay', overlay: undefined });
  // What is pasted is a message, whatever it begins with.
  if (sends) send(doing, whole.text === text && text.startsWith('/') ? `/${text}` : whole.text);
  if (edits) live.change({ type: 'drafted', draft: whole });
}

/** The editing keys work in every line that is typed. Lines here have no second row. */
function edited({ live }: Doing, draft: Draft, key: Key): Draft | undefined {
  const action: ActionName | undefined = live.bindings.keys.get(chordOf(key));
  if (action !== undefined && isEdit(action) && action !== 'newline') {
    // What is cut in a password must not come back where it is shown.
    return EDITS[action](draft, []).draft;
  }
  const text = typedText(key);
  return text === undefined ? undefined : insert(draft, text);
}
