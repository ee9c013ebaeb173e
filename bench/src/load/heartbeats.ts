import type { Member } from './member.ts';

/** As the SDK beats, and Phoenix's own client. */
const EVERY_MICROS = 30_000_000;
/** Those that are due together go out together: else a crowd of processes does little more than wake up for one each. */
const TOGETHER_MICROS = 50_000;

/** Every member beats once in 30 s; their turns are spread evenly over that time. */
export class Heartbeats {
  sent = 0;
  answered = 0;
  #members: readonly Member[] = [];
  #next = 0;
  #due = 0;
  #at = 0;
  /** Processes that begin together do not beat together. */
  readonly #phase = Math.random() * TOGETHER_MICROS;

  /** When the next are due, in monotonic microseconds. */
  get nextAt(): number {
    return this.#at + TOGETHER_MICROS;
  }

  begin(members: readonly Member[], now: number): void {
    this.#members = members;
    this.#next = 0;
    this.#due = 0;
    this.#at = now - this.#phase;
  }

  tick(now: number): void {
    if (now < this.nextAt) return;
    const { length } = this.#members;
    // Whole steps: a process that was late once would else beat with others from then on.
    const passed = Math.floor((now - this.#at) / TOGETHER_MICROS) * TOGETHER_MICROS;
    this.#due += (passed * length) / EVERY_MICROS;
    this.#at += passed;
    // After a stall nobody beats twice.
    for (this.#due = Math.min(this.#due, length); this.#due >= 1; this.#due--) {
      if (this.#members[this.#next]?.beat()) this.sent++;
      this.#next = (this.#next + 1) % length;
    }
  }
}
