import { LineTerminal, UsageError } from '@tpx/terminal';
import { drain } from '../lines/drain.ts';
import type { LineContext } from '../lines/line-context.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { wrapLine } from '../text/wrap.ts';
import { EXIT } from './exit-code.ts';
import { LineReader } from './line-reader.ts';

const SEND_WITHIN_MS = 5_000;
const YES = /^y(es)?$/i;

/** Lines in, lines out, for screen readers, simple terminals and pipes: reads, asks and prints. */
export class LinearFace {
  readonly #terminal: LineTerminal;
  readonly #reader = new LineReader();

  constructor(context: LineContext, serverUrl: string, saysYes: boolean) {
    this.#terminal = new LineTerminal({
      context,
      serverName: serverUrl,
      onLines: (lines) => this.#print(lines),
      // From a pipe the next command may be about what this one sent.
      afterCommand: async () => this.#reader.isTerminal || (await drain(context.client, SEND_WITHIN_MS)),
    });
    context.asking = {
      askSecret: (question) => this.#askSecret(question),
      showError: (text) => this.#print([text]),
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
    await this.#terminal.start(first !== undefined);
    const isDone = first === undefined || (await this.#terminal.run(first));
    for (;;) {
      const line = await this.#reader.next();
      if (line === undefined) break;
      if (line.trim() !== '') await this.#terminal.run(line);
    }
    return isDone || this.#reader.isTerminal ? EXIT.ok : EXIT.failed;
  }

  left(unsent: number): Promise<void> {
    return this.#terminal.end(unsent);
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
