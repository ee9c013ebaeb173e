import type { CommandContext } from '../commands/command-context.ts';
import { runLine } from '../commands/run-line.ts';
import { COMMANDS } from '../commands/table.ts';
import { mayHoldSecret } from '../language/find-command.ts';
import { plainText } from '../language/parse-line.ts';
import { splitWords } from '../language/words.ts';
import type { Live } from './live.ts';

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
  for (const shown of lines) {
    if (typeof shown === 'string') live.tell(tab, shown);
    else live.tell(tab, shown.text, shown.kind);
  }
}

/** A line that may hold a password is not kept. */
export function isKept(line: string): boolean {
  return plainText(line) !== undefined || !mayHoldSecret(splitWords(line, 1), COMMANDS);
}
