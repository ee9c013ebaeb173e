import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';
import { escapeForTerminal } from '../text/escape.ts';
import { wrapLine } from '../text/wrap.ts';
import { allowLostTerminal } from './raw-mode.ts';

/** Lines from a terminal, with a prompt under what is printed meanwhile, or from a pipe. */
export class LineReader {
  readonly isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  #lines: Interface;
  readonly #waiting: string[] = [];
  #deliver: ((line: string | undefined) => void) | undefined;
  #ended = false;
  #prompt = '';
  /** The last line was typed at the prompt, and not ahead of it: it is the last thing on the screen. */
  #isLastShown = false;

  constructor() {
    if (this.isTerminal) allowLostTerminal(process.stdin);
    this.#lines = this.#open(process.stdout, 500);
  }

  /** undefined at the end: of the input, or by Ctrl-C or Ctrl-D. */
  next(prompt: string): Promise<string | undefined> {
    const line = this.#waiting.shift();
    this.#isLastShown = line === undefined;
    if (line !== undefined || this.#ended) return Promise.resolve(line);
    this.#prompt = escapeForTerminal(prompt);
    if (this.isTerminal) {
      this.#lines.setPrompt(this.#prompt);
      this.#lines.prompt();
    }
    return new Promise((resolve) => {
      this.#deliver = resolve;
    });
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Without an echo; undefined where nothing was given, or nobody is there to ask. */
  async secret(question: string): Promise<string | undefined> {
    if (!this.isTerminal) return undefined;
    const shown = this.#lines;
    // A reader of its own, so that the secret is in no history; what it echoes goes nowhere.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    this.#lines = this.#open(nowhere, 0);
    shown.close();
    process.stdin.resume();
    process.stdin.setRawMode(true);
    process.stdout.write(question);
    const answer = await new Promise<string | undefined>((resolve) => {
      this.#deliver = resolve;
    });
    const asked = this.#lines;
    process.stdout.write('\n');
    if (this.#ended) return undefined;
    this.#lines = this.#open(process.stdout, 500);
    asked.close();
    process.stdin.resume();
    process.stdin.setRawMode(true);
    return answer || undefined;
  }

  /** Each is one line, made safe here whatever it holds. */
  print(lines: readonly string[]): void {
    const isPrompting = this.isTerminal && this.#deliver !== undefined && !this.#ended;
    // What is typed while a command runs is shown again with the next prompt.
    if (isPrompting || (this.isTerminal && !this.#ended && this.#lines.line !== '')) {
      cursorTo(process.stdout, 0);
      clearScreenDown(process.stdout);
    }
    const safe = lines.map(escapeForTerminal);
    const rows = this.isTerminal
      ? safe.flatMap((line) => wrapLine(line, process.stdout.columns || 80))
      : safe;
    process.stdout.write(rows.map((row) => `${row}\n`).join(''));
    if (isPrompting) this.#lines.prompt(true);
  }

  /** Takes a line that was just typed off the screen: it will be shown as what became of it. */
  unshow(line: string): void {
    if (!this.isTerminal || !this.#isLastShown) return;
    const columns = process.stdout.columns || 80;
    const rows = Math.max(1, Math.ceil(Bun.stringWidth(this.#prompt + line) / columns));
    moveCursor(process.stdout, 0, -rows);
    cursorTo(process.stdout, 0);
    clearScreenDown(process.stdout);
  }

  close(): void {
    this.#lines.close();
  }

  #open(output: NodeJS.WritableStream, historySize: number): Interface {
    const lines = createInterface({
      input: process.stdin,
      terminal: this.isTerminal,
      crlfDelay: Number.POSITIVE_INFINITY,
      historySize,
      ...(this.isTerminal && { output }),
    });
    lines.on('line', (line) => {
      const deliver = this.#deliver;
      this.#deliver = undefined;
      if (deliver) deliver(line);
      else this.#waiting.push(line);
    });
    lines.on('SIGINT', () => lines.close());
    lines.on('close', () => {
      // One that made room for another is not the end.
      if (lines !== this.#lines) return;
      this.#ended = true;
      // The shell's prompt begins on a line of its own.
      if (this.isTerminal) process.stdout.write('\n');
      this.#deliver?.(undefined);
      this.#deliver = undefined;
    });
    return lines;
  }
}
