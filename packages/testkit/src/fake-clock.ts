/** Time that moves only when a test says so; timers run in their order as it passes them. */
export class FakeClock {
  #now = 1_700_000_000_000;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How long until each waiting timer, soonest first. */
  get waiting(): number[] {
    return this.#timers.map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** Lets promises settle after each timer, for code that awaits between two of them. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (this.waiting[0] !== undefined && this.#now + this.waiting[0] <= end) {
      this.advance(this.waiting[0]);
      await settle();
    }
    this.advance(end - this.#now);
    await settle();
  }
}

/** Enough turns for the chains of promises that this package has. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
