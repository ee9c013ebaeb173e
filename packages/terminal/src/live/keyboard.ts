import { insert } from '../editing/draft.ts';
import { EDITS, isEdit } from '../editing/edits.ts';
import type { ActionName } from '../keys/actions.ts';
import { chordOf } from '../keys/chord.ts';
import type { Key } from '../keys/input-event.ts';
import { openTab } from '../state/state.ts';
import { safeText } from '../text/safe-text.ts';
import { DEEDS, type Doing } from './deeds.ts';
import { overlayKey } from './overlay-keys.ts';
import { typedText } from './typed-text.ts';

/** A longer paste is asked about. */
const PASTE_LINES_MAX = 3;
const PASTE_LENGTH_MAX = 2_000;

/** One key: to what lies over the line, else what it is bound to, else into the line. */
export function pressKey(doing: Doing, key: Key): void {
  const { live } = doing;
  const { overlay } = live.state;
  if (overlay) {
    overlayKey(doing, overlay, key);
    return;
  }
  const chord = chordOf(key);
  const { selection, keys } = live.bindings;
  const isSelecting = openTab(live.state).selected !== undefined;
  const action = (isSelecting ? selection.get(chord) : undefined) ?? keys.get(chord);
  if (action !== undefined) {
    act(doing, action);
    return;
  }
  const text = typedText(key);
  if (text !== undefined) type(doing, text);
}

function act(doing: Doing, action: ActionName): void {
  if (isEdit(action)) edit(doing, action);
  else DEEDS[action](doing);
}

/** What is pasted is never read as keys. */
export function paste(doing: Doing, pasted: string): void {
  const { live } = doing;
  const { overlay } = live.state;
  const text = safeText(pasted);
  if (text === '') return;
  if (overlay) {
    const line = text.replaceAll('\n', ' ');
    if (overlay.kind === 'secret')
      live.change({ type: 'overlay', overlay: { ...overlay, draft: insert(overlay.draft, line, 'other') } });
    else if ('query' in overlay)
      live.change({
        type: 'overlay',
        overlay: { ...overlay, query: insert(overlay.query, line, 'other'), chosen: 0 },
      });
    return;
  }
  const isLong = text.length > PASTE_LENGTH_MAX || text.trimEnd().split('\n').length > PASTE_LINES_MAX;
  if (isLong) live.change({ type: 'overlay', overlay: { kind: 'paste', text } });
  else live.change({ type: 'drafted', draft: insert(openTab(live.state).draft, text, 'other') });
}

function edit({ live }: Doing, action: keyof typeof EDITS): void {
  const { draft } = openTab(live.state);
  const edited = EDITS[action](draft, live.state.kills);
  live.change({ type: 'drafted', ...edited });
  if (draft.text !== '' && edited.draft.text === '') live.conversation?.stoppedTyping();
}

function type({ live }: Doing, text: string): void {
  const { id, draft, selected } = openTab(live.state);
  if (selected !== undefined) live.change({ type: 'selected', tab: id, id: undefined });
  const after = insert(draft, text);
  live.change({ type: 'drafted', draft: after });
  // Commands are nobody else's business.
  if (!after.text.startsWith('/') || after.text.startsWith('//')) live.conversation?.typed();
}
