import type { Clock } from '../platform.ts';

const HEARTBEAT_EVERY_MS = 30_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;
/** When there is a reason to doubt the connection. */
const PROBE_TIMEOUT_MS = 4_000;

/** Asks the server every 30 s whether it is there, and calls `onDead` where it does not answer in time. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #beat: () => Promise<unknown>;
  readonly #onDead: () => void;
  #cancel: () => void = () => undefined;
  #round = 0;

  constructor(clock: Clock, beat: () => Promise<unknown>, onDead: () => void) {
    this.#clock = clock;
    this.#beat = beat;
    this.#onDead = onDead;
  }

  start(): void {
    this.#next(HEARTBEAT_EVERY_MS, HEARTBEAT_TIMEOUT_MS);
  }

  /** A reply is late: finds out now rather than at the next beat. */
  probe(): void {
    this.#next(0, PROBE_TIMEOUT_MS);
  }

  stop(): void {
    this.#round++;
    this.#cancel();
  }

  #next(inMs: number, timeoutMs: number): void {
    this.stop();
    const round = this.#round;
    this.#cancel = this.#clock.after(inMs, () => {
      this.#cancel = this.#clock.after(timeoutMs, this.#onDead);
      this.#beat().then(
        () => {
          if (round === this.#round) this.start();
        },
        // No answer, or a closed connection: the timer above, or the close itself, sees to it.
        () => undefined,
      );
    });
  }
}
