import { InputDecoder } from '../input/input-decoder.ts';
import type { Decoded } from '../input/sequence-event.ts';

/** The terminal's input in raw mode, decoded, from `start` to `stop`. */
export class Keyboard {
  readonly #stdin: NodeJS.ReadStream;
  readonly #tell: (events: readonly Decoded[]) => void;
  readonly #decoder = new InputDecoder();
  readonly #onData = (bytes: Uint8Array) => this.#hear(() => this.#decoder.push(bytes));
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(stdin: NodeJS.ReadStream, tell: (events: readonly Decoded[]) => void) {
    this.#stdin = stdin;
    this.#tell = tell;
  }

  start(): void {
    this.#setRawMode(true);
    this.#stdin.on('data', this.#onData);
    this.#stdin.resume();
  }

  /** Another program can read the terminal now. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stdin.off('data', this.#onData);
    this.#stdin.pause();
    this.#setRawMode(false);
  }

  #hear(read: () => Decoded[]): void {
    clearTimeout(this.#timer);
    const events = read();
    const { waitMs } = this.#decoder;
    if (waitMs !== undefined) this.#timer = setTimeout(() => this.#hear(() => this.#decoder.flush()), waitMs);
    if (events.length > 0) this.#tell(events);
  }

  #setRawMode(on: boolean): void {
    try {
      this.#stdin.setRawMode(on);
    } catch {
      // A terminal that was closed has no mode to set (EIO).
    }
  }
}
