import type { Screen, Terminal } from '@tpx/terminal';

/** What others do is shown within this; what the person does at once. */
const BACKGROUND_FRAME_MS = 50;

/**
 * When the next picture is taken. A key is answered with one in the same turn; messages of others are gathered, so that
 * a busy room costs twenty pictures a second at most, however much is said in it.
 */
export class Frames {
  readonly #terminal: Terminal;
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  #screen: Screen;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #takenAtMs = 0;
  #isPaused = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#screen = terminal.screen();
    this.#stopListening = terminal.onChange(() => this.#soon());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The last picture taken; the same object until there is another. */
  readonly current = (): Screen => this.#screen;

  /** Takes a picture now. */
  take(): void {
    if (this.#isPaused) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#takenAtMs = performance.now();
    const screen = this.#terminal.screen();
    if (screen === this.#screen) return;
    this.#screen = screen;
    for (const listener of this.#listeners) listener();
  }

  /** While another program has the terminal, or it takes nothing, no pictures are made for it. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.take();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
  }

  #soon(): void {
    if (this.#timer !== undefined || this.#isPaused) return;
    const waitMs = Math.max(0, this.#takenAtMs + BACKGROUND_FRAME_MS - performance.now());
    this.#timer = setTimeout(() => this.take(), waitMs);
  }
}
