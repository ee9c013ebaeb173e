import type { CommandContext } from '../commands/command-context.ts';
import { runLine } from '../commands/run-line.ts';
import { COMMANDS } from '../commands/table.ts';
import { mayHoldSecret } from '../language/find-command.ts';
import { plainText } from '../language/parse-line.ts';
import { splitWords } from '../language/words.ts';
import { openTab } from '../state/state.ts';
import { scrollTo } from '../view/scroll-window.ts';
import type { Live } from './live.ts';
import { scroll } from './scroll-deeds.ts';

/** Runs a line as if typed in the open tab. What it shows goes there, or to the tab that the command itself turned to. */
export async function runInTab(live: Live, context: CommandContext, line: string): Promise<void> {
  let tab = live.state.open;
  const own: CommandContext = {
    ...context,
    open(conversation) {
      tab = conversation.topic;
      context.open(conversation);
    },
  };
  const { lines } = await runLine(own, line);
  live.change({ type: 'progress', text: undefined });
  const isRead = tab === live.state.open && openTab(live.state).scroll === 'bottom';
  const first = live.picture.scrollback.timeline.length;
  for (const shown of lines) {
    if (typeof shown === 'string') live.tell(tab, shown);
    else live.tell(tab, shown.text, shown.kind);
  }
  // What is longer than the window is read from its beginning.
  const { scrollback, height } = live.picture;
  if (isRead) scroll(live, scrollTo(scrollback, first, height, 0));
}

/** A line that may hold a password is not kept. */
export function isKept(line: string): boolean {
  return plainText(line) !== undefined || !mayHoldSecret(splitWords(line, 1), COMMANDS);
}
