import type { Logger } from 'pino';
import { tellKeeper } from './workers/keeper.ts';

/** How a process ends, for whatever reason, once. */
export class Ending {
  readonly #withinMs: number;
  readonly #drain: () => Promise<void>;
  #begun = false;

  /** A drain that takes longer than `withinMs` is cut short: what is not acknowledged by then was not promised. */
  constructor(withinMs: number, drain: () => Promise<void>) {
    this.#withinMs = withinMs;
    this.#drain = drain;
  }

  get hasBegun(): boolean {
    return this.#begun;
  }

  async end(code: number): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    // What keeps this process starts it again unless it ends on purpose.
    if (code === 0) tellKeeper('ending');
    const overdue = setTimeout(() => process.exit(1), this.#withinMs);
    await this.#drain();
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
