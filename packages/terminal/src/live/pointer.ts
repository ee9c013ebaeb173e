import { insert } from '../editing/draft.ts';
import type { Place } from '../keys/input-event.ts';
import type { Span } from '../screen/screen.ts';
import { isPicker } from '../state/overlay.ts';
import { openTab } from '../state/state.ts';
import { textWidth } from '../text/text-width.ts';
import { takeOffer } from './completion-deeds.ts';
import type { Doing } from './deeds.ts';
import { takeItem } from './overlay-keys.ts';
import { select } from './selection-deeds.ts';

/** A press: opens a link, or does what the span under it says. */
export function press(doing: Doing, at: Place): void {
  const { live } = doing;
  const span = spanAt(live.picture.screen.rows[at.row] ?? [], at.column);
  if (!span) return;
  if (span.link !== undefined) {
    live.ports.links.open(span.link).catch((error: unknown) => {
      live.tell(live.state.open, (error as Error).message, 'error');
    });
    return;
  }
  const [what, which = ''] = span.press?.split(' ') ?? [];
  const { overlay } = live.state;
  if (what === 'offer' && isPicker(overlay)) takeItem(doing, overlay, Number(which));
  else if (what === 'offer') takeOffer(doing, Number(which));
  // A question wants its answer first.
  if (overlay) return;
  if (what === 'tab') live.openTab(which);
  if (what === 'message') select(live, which);
  if (what === 'nick') {
    const { draft } = openTab(live.state);
    live.change({ type: 'drafted', draft: insert(draft, `@${live.names.of(which)} `, 'other') });
  }
}

function spanAt(row: readonly Span[], column: number): Span | undefined {
  let end = 0;
  for (const span of row) {
    end += textWidth(span.text);
    if (column < end) return span;
  }
  return undefined;
}
