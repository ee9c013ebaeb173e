import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';
import { escapeForTerminal } from '../text/escape.ts';

/** Lines from a terminal, with a prompt under what is printed meanwhile, or from a pipe. */
export class LineReader {
  readonly isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  #lines: Interface;
  readonly #waiting: string[] = [];
  #deliver: ((line: string | undefined) => void) | undefined;
  #ended = false;
  #prompt = '';

  constructor() {
    this.#lines = this.#open(process.stdout, 500);
  }

  /** undefined at the end: of the input, or by Ctrl-C or Ctrl-D. */
  next(prompt: string): Promise<string | undefined> {
    const line = this.#waiting.shift();
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
    if (isPrompting) {
      cursorTo(process.stdout, 0);
      clearScreenDown(process.stdout);
    }
    process.stdout.write(lines.map((line) => `${escapeForTerminal(line)}\n`).join(''));
    if (isPrompting) this.#lines.prompt(true);
  }

  /** Takes a line that was just typed off the screen: it will be shown as what became of it. */
  unshow(line: string): void {
    if (!this.isTerminal) return;
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
