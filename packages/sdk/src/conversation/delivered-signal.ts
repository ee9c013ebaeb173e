import type { Clock } from '../platform.ts';

const EVERY_MS = 1_000;
/** What was sent this shortly before the connection broke may not have arrived, and is sent again after it. */
const DOUBTFUL_MS = 5_000;

/**
 * Tells the server that this device has everything up to a `seq`: at once where the last time is long ago, else
 * together, at most once a second (rule SDK-7). No reply is asked for.
 */
export class DeliveredSignal {
  readonly #clock: Clock;
  /** False where there is no connection. */
  readonly #send: (seq: number) => boolean;
  #wanted = 0;
  #sent: number;
  #sentBefore = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, sent: number, send: (seq: number) => boolean) {
    this.#clock = clock;
    this.#sent = sent;
    this.#send = send;
  }

  get sent(): number {
    return this.#sent;
  }

  raise(seq: number): void {
    this.#wanted = Math.max(this.#wanted, seq);
    if (this.#cancel || this.#wanted <= this.#sent) return;
    const waitMs = this.#sentAt + EVERY_MS - this.#clock.now();
    if (waitMs <= 0) this.#flush();
    else this.#cancel = this.#clock.after(waitMs, () => this.#flush());
  }

  /** The history was replaced: what is behind `seq` has to be sent again. */
  fallTo(seq: number): void {
    this.#wanted = Math.min(this.#wanted, seq);
    this.#sent = Math.min(this.#sent, seq);
    this.#sentBefore = Math.min(this.#sentBefore, seq);
  }

  /** The connection is there again. */
  connected(): void {
    this.raise(this.#wanted);
  }

  disconnected(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#clock.now() - this.#sentAt < DOUBTFUL_MS) {
      this.#wanted = Math.max(this.#wanted, this.#sent);
      this.#sent = this.#sentBefore;
    }
    this.#sentAt = Number.NEGATIVE_INFINITY;
  }

  #flush(): void {
    this.#cancel = undefined;
    if (this.#wanted <= this.#sent || !this.#send(this.#wanted)) return;
    const now = this.#clock.now();
    // What was sent longer ago than the doubt lasts is certain.
    if (now - this.#sentAt >= DOUBTFUL_MS) this.#sentBefore = this.#sent;
    this.#sent = this.#wanted;
    this.#sentAt = now;
  }
}
