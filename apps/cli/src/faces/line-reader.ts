import { readSecret } from './secret.ts';

/**
 * Lines of the input, as they are entered. At a terminal it is the terminal itself that echoes and edits them, so that
 * nothing is ever drawn again: what a screen reader has read stays where it was.
 */
export class LineReader {
  readonly isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  readonly #utf8 = new TextDecoder();
  readonly #waiting: string[] = [];
  readonly #onData = (bytes: Uint8Array) => this.#hear(this.#utf8.decode(bytes, { stream: true }));
  #partial = '';
  #deliver: ((line: string | undefined) => void) | undefined;
  #hasEnded = false;

  constructor() {
    process.stdin.on('data', this.#onData);
    process.stdin.once('end', () => this.close());
  }

  /** undefined at the end of the input. */
  next(): Promise<string | undefined> {
    const line = this.#waiting.shift();
    if (line !== undefined || this.#hasEnded) return Promise.resolve(line);
    return new Promise((resolve) => {
      this.#deliver = resolve;
    });
  }

  /** Without an echo; undefined where it was given up, or nobody is there to ask. */
  async secret(question: string): Promise<string | undefined> {
    if (!this.isTerminal || this.#hasEnded) return undefined;
    process.stdin.off('data', this.#onData);
    try {
      return await readSecret(question);
    } finally {
      process.stdin.on('data', this.#onData);
    }
  }

  /** What has come counts; nothing more is read. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    process.stdin.off('data', this.#onData);
    process.stdin.pause();
    if (this.#partial !== '') this.#give(this.#partial);
    this.#deliver?.(undefined);
    this.#deliver = undefined;
  }

  #hear(text: string): void {
    const lines = `${this.#partial}${text}`.split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.#give(line.replace(/\r$/, ''));
  }

  #give(line: string): void {
    const deliver = this.#deliver;
    this.#deliver = undefined;
    if (deliver) deliver(line);
    else this.#waiting.push(line);
  }
}
