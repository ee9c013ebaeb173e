import { Refusal } from '@tpx/protocol';

export type CircuitBreakerOptions = {
  /** A server that says nothing for so long is as good as away. */
  limitMs: number;
  /** Resolves when a new connection is answered. */
  probe(): Promise<void>;
  /** The server is silent; whatever still waits for it was just refused. */
  onOpen?(): void;
  /** The server answers again, before anything is asked of it. */
  onClose?(): void;
};

/** Between two probes of a silent server. */
const PROBE_PAUSE_MS = 500;
const RETRY_AFTER_MS = 1_000;

/**
 * Keeps requests from waiting, one after the other, for a server that stands still (spec LOG-12). Closed, it lets
 * everything through; open, it refuses at once, and probes until the server answers.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #waiting = new Set<(reason: Refusal) => void>();
  #isOpen = false;
  #isDisposed = false;
  #answeredAt = 0;
  #pause: { timer: ReturnType<typeof setTimeout>; end(): void } | undefined;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @throws {Refusal} `unavailable` where no answer comes; a write may have been done all the same */
  run<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#isOpen) return Promise.reject(refusal());
    return new Promise((resolve, reject) => {
      const askedAt = performance.now();
      const overdue = setTimeout(() => {
        // Where others were answered meanwhile the server is only busy.
        if (this.#answeredAt < askedAt) this.open();
        settle();
        reject(refusal());
      }, this.#options.limitMs);
      const settle = () => {
        clearTimeout(overdue);
        this.#waiting.delete(refuse);
      };
      const refuse = (reason: Refusal) => {
        clearTimeout(overdue);
        reject(reason);
      };
      this.#waiting.add(refuse);
      // A client that is closed throws instead of asking.
      Promise.try(ask)
        .then(
          (value) => {
            this.#answeredAt = performance.now();
            resolve(value);
          },
          (error) => {
            this.#answeredAt = performance.now();
            reject(error);
          },
        )
        .finally(settle);
    });
  }

  /** The server is known to be silent: a new connection was not answered. */
  open(): void {
    if (this.#isOpen || this.#isDisposed) return;
    this.#isOpen = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const refuse of waiting) refuse(refusal());
    this.#options.onOpen?.();
    void this.#probeUntilAnswered();
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#pause) clearTimeout(this.#pause.timer);
    this.#pause?.end();
  }

  async #probeUntilAnswered(): Promise<void> {
    while (!this.#isDisposed) {
      try {
        await this.#options.probe();
        break;
      } catch {
        await this.#wait();
      }
    }
    if (this.#isDisposed) return;
    this.#options.onClose?.();
    this.#isOpen = false;
  }

  #wait(): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#pause = { timer: setTimeout(resolve, PROBE_PAUSE_MS), end: resolve };
    });
  }
}

function refusal(): Refusal {
  return new Refusal('unavailable', undefined, { retryAfterMs: RETRY_AFTER_MS });
}
