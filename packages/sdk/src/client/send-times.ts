const KEPT = 200;

/** How long the last sends took until the server had acknowledged them, in milliseconds. */
export class SendTimes {
  #times: number[] = [];

  get count(): number {
    return this.#times.length;
  }

  add(ms: number): void {
    this.#times = [...this.#times.slice(1 - KEPT), ms];
  }

  /** The nearest-rank percentile, as 0.95; undefined before the first send. */
  percentile(part: number): number | undefined {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  }
}
