import type { OutboxEntry } from '@tpx/sdk';
import { quoteWord, type RunResult, runLine, runNamed, settled } from '@tpx/terminal';
import { drain } from '../lines/drain.ts';
import type { LineContext } from '../lines/line-context.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { EXIT } from './exit-code.ts';

const SEND_WITHIN_MS = 5_000;

/** `tpx send lunch on my way`, `tpx groups`: one command, and then the exit code says what became of it. */
export async function runOnce(
  context: LineContext,
  words: readonly string[],
  saysYes: boolean,
): Promise<number> {
  context.asking = {
    ...context.asking,
    confirm: () => Promise.resolve(saysYes),
    progress: (text) => process.stderr.write(`${escapeForTerminal(text)}\n`),
  };
  await settled(context.client);
  const before = new Set(refusedIn(context).map(({ client_id }) => client_id));
  const [command, conversation, ...text] = words;
  const result =
    command === 'send'
      ? await sendTo(context, conversation ?? '', text.length > 0 ? text.join(' ') : await inputText())
      : await runLine(context, `/${words.map(quoted).join(' ')}`);
  const lines = result.lines.map((line) => escapeForTerminal(typeof line === 'string' ? line : line.text));
  if (!result.ok) {
    showError(lines);
    return result.error.code === 'usage' ? EXIT.usage : EXIT.failed;
  }
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return await sent(context, before);
}

/** To a conversation by its name, or to somebody with whom there is none yet. */
async function sendTo(context: LineContext, name: string, text: string): Promise<RunResult> {
  const told = await runNamed(context, 'tell', { conversation: name, text });
  if (told.ok || told.error.code !== 'usage' || name === '' || text === '') return told;
  const begun = await runNamed(context, 'dm', { user: name, text });
  return begun.ok || begun.error.code !== 'not_found' ? begun : told;
}

/** 0 once the server has acknowledged everything; a message that it refused, or that waits, is no success. */
async function sent(context: LineContext, refusedBefore: ReadonlySet<string>): Promise<number> {
  const unsent = await drain(context.client, SEND_WITHIN_MS);
  const refused = refusedIn(context).filter(({ client_id }) => !refusedBefore.has(client_id));
  for (const { error } of refused) showError([`Not sent: ${error?.message ?? 'it was refused.'}`]);
  if (unsent > 0)
    showError(['Not sent yet: the server cannot be reached. It is kept, and sent the next time.']);
  return unsent > 0 || refused.length > 0 ? EXIT.failed : EXIT.ok;
}

function refusedIn({ client }: LineContext): OutboxEntry[] {
  return client.conversations.flatMap(({ outbox }) => outbox.filter(({ state }) => state === 'failed'));
}

async function inputText(): Promise<string> {
  return process.stdin.isTTY ? '' : (await Bun.stdin.text()).replace(/\n$/, '');
}

/** The shell has taken the quotes of a word away; the last one may be a text, which is taken as it is. */
function quoted(word: string, index: number, words: readonly string[]): string {
  return index < words.length - 1 ? quoteWord(word) : word;
}

function showError(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
}
