import type { Conversation } from '@tpx/sdk';
import {
  joined,
  type Line,
  learnTitles,
  peopleIn,
  runLine,
  settled,
  titleOf,
  UsageError,
} from '@tpx/terminal';
import { drain } from '../lines/drain.ts';
import type { LineContext } from '../lines/line-context.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { markedLines } from '../text/message-lines.ts';
import { wrapLine } from '../text/wrap.ts';
import { EXIT } from './exit-code.ts';
import { LineReader } from './line-reader.ts';
import { LinearEvents } from './linear-events.ts';

const SEND_WITHIN_MS = 5_000;
/** How much of a conversation is shown when it is opened. */
const SHOWN_AT_OPEN = 10;
const YES = /^y(es)?$/i;

/** Lines in, lines out, each only ever added below the last: for screen readers, simple terminals and pipes. */
export class LinearFace {
  readonly #context: LineContext;
  readonly #serverUrl: string;
  readonly #reader = new LineReader();
  readonly #events: LinearEvents;

  constructor(context: LineContext, serverUrl: string, saysYes: boolean) {
    this.#context = context;
    this.#serverUrl = serverUrl;
    this.#events = new LinearEvents(context, (lines) => this.#print(lines));
    context.asking = {
      askSecret: (question) => this.#askSecret(question),
      confirm: (question) => (saysYes ? Promise.resolve(true) : this.#confirm(question)),
      progress: (text) => this.#print([text]),
    };
    void context.whenQuit.then(() => this.#reader.close());
  }

  /**
   * `first`: a command given when the program was started. Gives the exit code: failed where that command did, and nobody
   * sits here who has seen it (TERM-83).
   */
  async run(first: string | undefined): Promise<number> {
    const { client, name } = this.#context;
    const at = `at ${this.#serverUrl}`;
    if (client.isSignedIn)
      this.#print([`Signed in as ${name(client.me.id)} ${at}. /help lists the commands.`]);
    else if (first === undefined) {
      this.#print([`Not signed in ${at}: /register <username> or /login <username>. /help lists the rest.`]);
    }
    await settled(client);
    const isDone = first === undefined || (await this.#handle(first));
    for (;;) {
      const line = await this.#reader.next();
      if (line === undefined) break;
      if (line.trim() !== '') await this.#handle(line);
    }
    return isDone || this.#reader.isTerminal ? EXIT.ok : EXIT.failed;
  }

  /** Tells what was written and not sent by the end. */
  async left(unsent: number): Promise<void> {
    await this.#events.shown();
    if (unsent === 0) return;
    const what = unsent === 1 ? 'One message is' : `${unsent} messages are`;
    this.#print([`${what} still to be sent, and will be the next time you start.`]);
  }

  /** False where the command failed, which was told. */
  async #handle(line: string): Promise<boolean> {
    const context = this.#context;
    const before = context.current();
    this.#events.commandRuns = true;
    const result = await runLine(context, line);
    // Who answers has read.
    if (result.command === 'msg') await before?.markRead();
    // From a pipe the next command may be about what this one sent.
    if (!this.#reader.isTerminal) await drain(context.client, SEND_WITHIN_MS);
    await this.#events.shown();
    this.#print(result.lines.map(textOf));
    const after = context.current();
    if (after && after !== before) await this.#showOpened(after);
    this.#events.commandRuns = false;
    return result.ok;
  }

  async #showOpened(conversation: Conversation): Promise<void> {
    const context = this.#context;
    await joined(conversation, context.client);
    const messages = conversation.messages.slice(-SHOWN_AT_OPEN);
    await Promise.all([learnTitles(context, [conversation]), context.learn(peopleIn(messages))]);
    await this.#events.shown();
    this.#print([
      `--- ${titleOf(conversation, context)}`,
      ...messages.flatMap((message) =>
        markedLines(conversation, message, context.client.me.id, context.name),
      ),
    ]);
    await conversation.markRead();
  }

  async #askSecret(question: string): Promise<string> {
    const answer = await this.#reader.secret(question);
    if (answer !== undefined) return answer;
    const what = question.replace(/:\s*$/, '');
    throw new UsageError(this.#reader.isTerminal ? 'Nothing was done.' : `<${what}> is missing.`);
  }

  async #confirm(question: string): Promise<boolean> {
    if (!this.#reader.isTerminal) return false;
    this.#print([`${question} (yes or no)`]);
    return YES.test((await this.#reader.next())?.trim() ?? '');
  }

  /** Each is one line, made safe here whatever it holds. */
  #print(lines: readonly string[]): void {
    const safe = lines.map(escapeForTerminal);
    const rows = this.#reader.isTerminal
      ? safe.flatMap((line) => wrapLine(line, process.stdout.columns || 80))
      : safe;
    process.stdout.write(rows.map((row) => `${row}\n`).join(''));
  }
}

function textOf(line: Line): string {
  return typeof line === 'string' ? line : line.text;
}
