import type { Clock } from '../platform.ts';

type Waiter = { seq: number; done: (reached: boolean) => void };

/** Those who wait until a log is held up to some `seq`, each for a limited time. */
export class SeqWaiters {
  readonly #clock: Clock;
  #waiting: Waiter[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False where it has not come in time. */
  wait(seq: number, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        seq,
        done: (reached) => {
          cancel();
          this.#waiting = this.#waiting.filter((other) => other !== waiter);
          resolve(reached);
        },
      };
      const cancel = this.#clock.after(withinMs, () => waiter.done(false));
      this.#waiting.push(waiter);
    });
  }

  reached(lastSeq: number): void {
    for (const waiter of this.#waiting) if (waiter.seq <= lastSeq) waiter.done(true);
  }
}
