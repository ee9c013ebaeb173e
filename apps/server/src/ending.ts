import type { Logger } from 'pino';
import { tellKeeper } from './workers/keeper.ts';

/** How a process ends, for whatever reason, once. Created before anything starts, so that a signal at any time is heard. */
export class Ending {
  readonly #withinMs: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #steps: (() => Promise<void>)[] = [];
  #begun = false;

  /** Steps that take longer than `withinMs` in all are cut short: what is not acknowledged by then was not promised. */
  constructor(withinMs: number, onFailure: (error: unknown) => void) {
    this.#withinMs = withinMs;
    this.#onFailure = onFailure;
  }

  get hasBegun(): boolean {
    return this.#begun;
  }

  /** Adds a step to run before the process exits. What is added last runs first. */
  before(step: () => Promise<void>): void {
    this.#steps.unshift(step);
  }

  async end(code: number): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    // What keeps this process starts it again unless it ends on purpose.
    if (code === 0) tellKeeper('ending');
    const overdue = setTimeout(() => process.exit(1), this.#withinMs);
    // A start that goes on meanwhile may add one more.
    for (let step = this.#steps.shift(); step; step = this.#steps.shift()) {
      await step().catch(this.#onFailure);
    }
    clearTimeout(overdue);
    process.exit(code);
  }

  onSignals(...signals: NodeJS.Signals[]): void {
    for (const signal of signals) process.on(signal, () => void this.end(0));
  }

  /** An unexpected error of a request or a frame ends there. One that gets here left the process in an unknown state. */
  onSurprise(log: Logger): void {
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error) => {
        log.fatal({ err: error }, `${event}: the node stops`);
        void this.end(1);
      });
    }
  }
}
