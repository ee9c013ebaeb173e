import type { Conversation } from '@tpx/sdk';
import type { Line } from '../commands/command.ts';
import type { CommandContext } from '../commands/command-context.ts';
import { learnTitles, titleOf } from '../commands/conversation-names.ts';
import { peopleIn } from '../commands/message-text.ts';
import { runLine } from '../commands/run-line.ts';
import { joined, settled } from '../commands/wait-for-connection.ts';
import { unsentSentence } from '../language/event-sentence.ts';
import { LineEvents } from './line-events.ts';
import { markedLines } from './message-lines.ts';

/** How much of a conversation is shown when it is opened. */
const SHOWN_AT_OPEN = 10;

export type LineTerminalOptions = {
  context: CommandContext;
  /** Of the server, as people know it. */
  serverName: string;
  /** Each is one line, to be added below the last. Nothing in them is escaped: whoever prints does that (TERM-80). */
  onLines(lines: readonly string[]): void;
  /** What is waited for before a command counts as done: on a pipe, that what it wrote is sent. */
  afterCommand?(): Promise<unknown>;
};

/**
 * The terminal in lines, which are only ever added (TERM-84): what is told, and when. A face reads lines, gives them to
 * `run`, and prints what `onLines` is given.
 */
export class LineTerminal {
  readonly #context: CommandContext;
  readonly #options: LineTerminalOptions;
  readonly #events: LineEvents;

  constructor(options: LineTerminalOptions) {
    this.#options = options;
    this.#context = options.context;
    this.#events = new LineEvents(options.context, options.onLines);
  }

  /** `isComing`: a command that signs in follows, and who is not yet need not be told how to. */
  async start(isComing: boolean): Promise<void> {
    const { client, name } = this.#context;
    const at = `at ${this.#options.serverName}`;
    if (client.isSignedIn)
      this.#tell([`Signed in as ${name(client.me.id)} ${at}. /help lists the commands.`]);
    else if (!isComing)
      this.#tell([`Not signed in ${at}: /register <username> or /login <username>. /help lists the rest.`]);
    await settled(client);
  }

  /** False where the command failed, which was told. */
  async run(line: string): Promise<boolean> {
    const context = this.#context;
    const before = context.current();
    this.#events.commandRuns = true;
    const result = await runLine(context, line);
    // Who answers has read.
    if (result.command === 'msg') await before?.markRead();
    await this.#options.afterCommand?.();
    await this.#events.told();
    this.#tell(result.lines.map(textOf));
    const after = context.current();
    if (after && after !== before) await this.#tellOpened(after);
    this.#events.commandRuns = false;
    return result.ok;
  }

  /** After the client has closed: what was written and not sent. */
  async end(unsent: number): Promise<void> {
    await this.#events.told();
    const sentence = unsentSentence(unsent);
    if (sentence !== undefined) this.#tell([sentence]);
  }

  async #tellOpened(conversation: Conversation): Promise<void> {
    const context = this.#context;
    await joined(conversation, context.client);
    const messages = conversation.messages.slice(-SHOWN_AT_OPEN);
    await Promise.all([learnTitles(context, [conversation]), context.learn(peopleIn(messages))]);
    await this.#events.told();
    this.#tell([
      `--- ${titleOf(conversation, context)}`,
      ...messages.flatMap((message) =>
        markedLines(conversation, message, context.client.me.id, context.name),
      ),
    ]);
    await conversation.markRead();
  }

  #tell(lines: readonly string[]): void {
    this.#options.onLines(lines);
  }
}

function textOf(line: Line): string {
  return typeof line === 'string' ? line : line.text;
}
