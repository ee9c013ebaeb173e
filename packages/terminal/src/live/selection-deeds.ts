import type { MessageContent, MessageObject } from '@tpx/protocol';
import type { OutboxEntry } from '@tpx/sdk';
import { refusedIn } from '../commands/outbox-commands.ts';
import { rewrite } from '../editing/draft.ts';
import { openTab } from '../state/state.ts';
import { safeText } from '../text/safe-text.ts';
import { scrollToShow } from '../view/scroll-window.ts';
import type { Item } from '../view/timeline.ts';
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
  'selection-resend': runOnRefused('resend'),
  'selection-discard': runOnRefused('discard'),
} satisfies Record<string, Deed>;

/** `id`: of a message, or the client_id of one that was refused. */
export function select(live: Live, id: string | undefined): void {
  live.change({ type: 'selected', tab: live.state.open, id });
  const index = selectedIndex(live);
  if (index === undefined) return;
  const { scrollback, height } = live.picture;
  scroll(live, scrollToShow(scrollback, openTab(live.state).scroll, index, height));
}

/** The next message above or below that rows show; below the newest the selection ends. */
function selectBeside(live: Live, by: -1 | 1): void {
  const { scrollback, window } = live.picture;
  const { timeline } = scrollback;
  const at = selectedIndex(live);
  const lowest = timeline.length - window.itemsBelow;
  if (at === undefined && by > 0) return;
  let index = at === undefined ? lowest - 1 : at + by;
  for (; index >= 0 && index < timeline.length; index += by) {
    const id = idOf(timeline.at(index));
    if (id !== undefined && scrollback.rowsOf(index).length > 0) {
      select(live, id);
      return;
    }
  }
  if (by > 0) select(live, undefined);
}

/** What can be picked out: messages, and what was refused. */
function idOf(item: Item | undefined): string | undefined {
  if (item?.kind === 'message') return item.message.id;
  return item?.kind === 'pending' && item.entry.state === 'failed' ? item.entry.client_id : undefined;
}

function selectedIndex(live: Live): number | undefined {
  const { timeline } = live.picture.scrollback;
  const message = selected(live);
  if (message) return timeline.indexOf({ seq: message.seq });
  const refused = selectedRefused(live);
  return refused && timeline.indexOf({ seq: 0, extra: refused.client_id });
}

function selected(live: Live): MessageObject | undefined {
  const { selected: id } = openTab(live.state);
  return id === undefined ? undefined : live.conversation?.find(id);
}

function selectedRefused(live: Live): OutboxEntry | undefined {
  const { selected: id } = openTab(live.state);
  return live.conversation && refusedIn(live.conversation).find(({ client_id }) => client_id === id);
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

function runOnRefused(command: string): Deed {
  return (doing) => {
    const { live } = doing;
    const entry = selectedRefused(live);
    if (!entry || !live.conversation) return;
    const refused = refusedIn(live.conversation);
    select(live, undefined);
    doing.run(`/${command} -${refused.length - refused.indexOf(entry)}`);
  };
}

function textOf({ content }: MessageObject): string {
  return safeText((content as MessageContent | null)?.text ?? '');
}
