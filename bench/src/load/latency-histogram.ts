/** Buckets per power of two: a value is known to within 1/128 of itself. */
const STEPS_BITS = 7;
const STEPS = 1 << STEPS_BITS;
const OCTAVES = 32 - STEPS_BITS;
const LENGTH = (OCTAVES + 1) * STEPS;

/** What crosses processes: pairs of bucket and count. */
export type HistogramData = { max: number; counts: [number, number][] };

/** Whole microseconds in log-linear buckets, as HdrHistogram has them: exact below 128, then within 0.8%. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(LENGTH);
  #total = 0;
  #max = 0;

  static from(parts: readonly HistogramData[]): LatencyHistogram {
    const histogram = new LatencyHistogram();
    for (const { max, counts } of parts) {
      histogram.#max = Math.max(histogram.#max, max);
      for (const [bucket, count] of counts) {
        histogram.#counts[bucket] = (histogram.#counts[bucket] ?? 0) + count;
        histogram.#total += count;
      }
    }
    return histogram;
  }

  get total(): number {
    return this.#total;
  }

  record(microseconds: number): void {
    const value = microseconds < 0 ? 0 : Math.min(microseconds, 0x7fff_ffff) | 0;
    const octave = value < STEPS ? 0 : 32 - STEPS_BITS - Math.clz32(value);
    const bucket = octave === 0 ? value : octave * STEPS + ((value >> (octave - 1)) - STEPS);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
    if (value > this.#max) this.#max = value;
  }

  /** Microseconds below which a share of the values lies; 0 where there are none. */
  percentile(share: number): number {
    let left = Math.max(1, Math.ceil(this.#total * share));
    if (this.#total === 0) return 0;
    for (let bucket = 0; bucket < LENGTH; bucket++) {
      left -= this.#counts[bucket] ?? 0;
      if (left <= 0) return Math.min(upperEnd(bucket), this.#max);
    }
    return this.#max;
  }

  toData(): HistogramData {
    const counts: [number, number][] = [];
    for (const [bucket, count] of this.#counts.entries()) if (count > 0) counts.push([bucket, count]);
    return { max: this.#max, counts };
  }

  /** Milliseconds. */
  summary(): LatencySummary {
    const at = (share: number) => this.percentile(share) / 1000;
    return { count: this.#total, p50: at(0.5), p95: at(0.95), p99: at(0.99), p999: at(0.999), max: at(1) };
  }
}

export type LatencySummary = {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
};

/** The largest value that falls into a bucket. */
function upperEnd(bucket: number): number {
  const octave = Math.floor(bucket / STEPS);
  if (octave === 0) return bucket;
  return (((bucket % STEPS) + STEPS + 1) << (octave - 1)) - 1;
}
