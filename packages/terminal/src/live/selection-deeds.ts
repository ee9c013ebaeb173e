import type { MessageContent, MessageObject } from '@tpx/protocol';
import { rewrite } from '../editing/draft.ts';
import { openTab } from '../state/state.ts';
import { safeText } from '../text/safe-text.ts';
import { scrollToShow } from '../view/scroll-window.ts';
import type { Deed, Doing } from './deeds.ts';
import type { Live } from './live.ts';
import { scroll } from './scroll-deeds.ts';

/**
 * What can be done with the message that is picked out is what commands do with a message that is named: the line gets
 * the command to be completed, or the command runs.
 */
export const SELECTION_DEEDS = {
  'select-older': ({ live }) => selectBeside(live, -1),
  'select-newer': ({ live }) => selectBeside(live, 1),
  'selection-leave': ({ live }) => select(live, undefined),
  'selection-reply': begin(({ seq }) => `/reply #${seq} `),
  'selection-edit': begin((message) => `/edit #${message.seq} ${textOf(message)}`),
  'selection-react': begin(({ seq }) => `/react #${seq} `),
  'selection-forward': begin(({ seq }) => `/forward #${seq} `),
  'selection-delete'(doing) {
    const message = selected(doing.live);
    if (!message) return;
    void doing.live.questions.confirm('Delete this message?').then((yes) => {
      if (yes) doing.run(`/delete #${message.seq}`);
    });
  },
  'selection-pin': run('pin'),
  'selection-copy': run('copy'),
  'selection-link': run('url'),
  'selection-receipts': run('receipts'),
} satisfies Record<string, Deed>;

export function select(live: Live, id: string | undefined): void {
  live.change({ type: 'selected', tab: live.state.open, id });
  if (id === undefined) return;
  const { scrollback, height } = live.picture;
  const { timeline } = scrollback;
  const message = live.conversation?.find(id);
  if (!message) return;
  const index = timeline.indexOf({ seq: message.seq });
  scroll(live, scrollToShow(scrollback, openTab(live.state).scroll, index, height));
}

/** The next message above or below that rows show; below the newest the selection ends. */
function selectBeside(live: Live, by: -1 | 1): void {
  const { scrollback, window } = live.picture;
  const { timeline } = scrollback;
  const at = selected(live);
  const lowest = timeline.length - window.itemsBelow;
  if (!at && by > 0) return;
  let index = at ? timeline.indexOf({ seq: at.seq }) + by : lowest - 1;
  for (; index >= 0 && index < timeline.length; index += by) {
    const item = timeline.at(index);
    if (item?.kind === 'message' && scrollback.rowsOf(index).length > 0) {
      select(live, item.message.id);
      return;
    }
  }
  if (by > 0) select(live, undefined);
}

function selected(live: Live): MessageObject | undefined {
  const { selected: id } = openTab(live.state);
  return id === undefined ? undefined : live.conversation?.find(id);
}

function begin(lineOf: (message: MessageObject) => string): Deed {
  return ({ live }: Doing) => {
    const message = selected(live);
    if (!message) return;
    select(live, undefined);
    live.change({ type: 'drafted', draft: rewrite(openTab(live.state).draft, lineOf(message)) });
  };
}

function run(command: string): Deed {
  return (doing) => {
    const message = selected(doing.live);
    if (!message) return;
    select(doing.live, undefined);
    doing.run(`/${command} #${message.seq}`);
  };
}

function textOf({ content }: MessageObject): string {
  return safeText((content as MessageContent | null)?.text ?? '');
}
