import { LIMITS } from '@tpx/protocol';
import type { Clock } from '../platform.ts';
import { TAKEN } from '../untrusted/limits.ts';

/** Half of how long it lasts with the others: one lost frame does not make it flicker. */
const REPEAT_MS = LIMITS.typingTtlMs / 2;

/** My own typing (rule SDK-11): call `typed` at every key; the server hears of it once in three seconds. */
export class TypingSignal {
  readonly #clock: Clock;
  readonly #send: (on: boolean) => boolean;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, send: (on: boolean) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  typed(): void {
    const now = this.#clock.now();
    if (now - this.#toldAt >= REPEAT_MS && this.#send(true)) this.#toldAt = now;
  }

  /** The text was sent or wiped. */
  stopped(): void {
    const stillShown = this.#clock.now() - this.#toldAt < LIMITS.typingTtlMs;
    this.#toldAt = Number.NEGATIVE_INFINITY;
    if (stillShown) this.#send(false);
  }
}

/** Who else is typing; each dies after six seconds without a repeat. */
export class TypingUsers {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #cancels = new Map<string, () => void>();

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get users(): string[] {
    return [...this.#cancels.keys()];
  }

  set(userId: string, on: boolean): void {
    const known = this.#cancels.get(userId);
    if (!known && this.#cancels.size >= TAKEN.peoplePerRoomMax) return;
    known?.();
    if (on)
      this.#cancels.set(
        userId,
        this.#clock.after(LIMITS.typingTtlMs, () => this.set(userId, false)),
      );
    else this.#cancels.delete(userId);
    if ((known !== undefined) !== on) this.#onChange();
  }

  clear(): void {
    for (const userId of this.users) this.set(userId, false);
  }
}
