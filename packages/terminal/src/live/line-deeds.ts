import { draftOf, EMPTY_DRAFT, moveTo, rewrite } from '../editing/draft.ts';
import { EDITS } from '../editing/edits.ts';
import { lineAbove, lineBelow, lineEnd } from '../editing/motions.ts';
import { openTab } from '../state/state.ts';
import { safeText } from '../text/safe-text.ts';
import type { Deed, Doing } from './deeds.ts';
import { isKept } from './submit.ts';

export const LINE_DEEDS = {
  submit(doing) {
    const { text } = openTab(doing.live.state).draft;
    if (text.trim() === '') return;
    send(doing, text);
  },
  cancel({ live, context }) {
    const { state } = live;
    const tab = openTab(state);
    if (state.completion) {
      const { typed } = state.completion;
      live.change({ type: 'completion', completion: undefined });
      live.change({ type: 'drafted', draft: typed });
    } else if (tab.selected !== undefined) live.change({ type: 'selected', tab: tab.id, id: undefined });
    else if (tab.draft.text !== '') live.change({ type: 'drafted', draft: rewrite(tab.draft, '') });
    else if (state.quitting) context.quit();
    else live.change({ type: 'quitting', quitting: true });
  },
  editor({ live }) {
    const { id, draft } = openTab(live.state);
    live.ports.editor.edit(draft.text).then(
      (text) => {
        // Somebody who has turned to another tab meanwhile finds it there when they come back.
        if (text === undefined) return;
        live.openTab(id);
        live.change({ type: 'drafted', draft: rewrite(openTab(live.state).draft, safeText(text.trimEnd())) });
      },
      (error: unknown) => live.tell(id, (error as Error).message, 'error'),
    );
  },
  'up-or-older'({ live }) {
    const { draft } = openTab(live.state);
    const above = lineAbove(draft);
    if (above === undefined) live.change({ type: 'history moved', by: -1 });
    else live.change({ type: 'drafted', draft: moveTo(draft, above) });
  },
  'down-or-newer'({ live }) {
    const { draft } = openTab(live.state);
    const below = lineBelow(draft);
    if (below === undefined) live.change({ type: 'history moved', by: 1 });
    else live.change({ type: 'drafted', draft: moveTo(draft, below) });
  },
  'history-older': ({ live }) => live.change({ type: 'history moved', by: -1 }),
  'history-newer': ({ live }) => live.change({ type: 'history moved', by: 1 }),
  'history-search': ({ live }) => openPicker({ live }, 'history', openTab(live.state).draft.text),
  switcher: (doing) => openPicker(doing, 'switcher'),
  search: (doing) => openPicker(doing, 'search'),
  'cut-or-switcher'(doing) {
    const { live } = doing;
    const { draft } = openTab(live.state);
    if (draft.cursor === lineEnd(draft) && draft.cursor === draft.text.length) openPicker(doing, 'switcher');
    else live.change({ type: 'drafted', ...EDITS['kill-to-end'](draft, live.state.kills) });
  },
} satisfies Record<string, Deed>;

/** Sends the line of the open tab away. */
export function send({ live, run }: Pick<Doing, 'live' | 'run'>, line: string): void {
  const tab = openTab(live.state);
  live.change({ type: 'line sent', line: isKept(line) ? line : '' });
  if (tab.scroll !== 'bottom') live.change({ type: 'scrolled', tab: tab.id, scroll: 'bottom' });
  live.conversation?.stoppedTyping();
  run(line.trimEnd());
}

function openPicker(
  { live }: Pick<Doing, 'live'>,
  kind: 'switcher' | 'history' | 'search',
  query = '',
): void {
  live.change({
    type: 'overlay',
    overlay: { kind, query: query === '' ? EMPTY_DRAFT : draftOf(query), chosen: 0 },
  });
}
