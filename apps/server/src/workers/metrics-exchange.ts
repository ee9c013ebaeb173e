type Message = { asks: number } | { answers: number; metrics: string };

/** One end of the channel between a worker and its supervisor: each asks the other for metrics (spec CLU-24). */
export class MetricsExchange {
  readonly #send: (message: Message) => void;
  readonly #answer: () => Promise<string>;
  readonly #waitMs: number;
  readonly #asked = new Map<number, (metrics: string) => void>();
  #lastId = 0;

  /** `answer` is what this end tells when it is asked; the other end has `waitMs` to do so. */
  constructor(send: (message: Message) => void, answer: () => Promise<string>, waitMs: number) {
    this.#send = send;
    this.#answer = answer;
    this.#waitMs = waitMs;
  }

  /** What the other end tells; nothing where it does not answer in time. */
  ask(): Promise<string> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<string>();
    const overdue = setTimeout(() => resolve(''), this.#waitMs);
    this.#asked.set(id, resolve);
    this.#send({ asks: id });
    return promise.finally(() => {
      clearTimeout(overdue);
      this.#asked.delete(id);
    });
  }

  receive(message: Message): void {
    if ('answers' in message) this.#asked.get(message.answers)?.(message.metrics);
    else {
      const answering = this.#answer().then((metrics) => this.#send({ answers: message.asks, metrics }));
      // Whoever asked may have ended by now.
      answering.catch(() => undefined);
    }
  }
}

/** Several texts in Prometheus' format as one: all samples of a metric have to stand below its one heading. */
export function mergeMetrics(texts: readonly string[]): string {
  const samples = new Map<string, string[]>();
  for (const block of texts.flatMap((text) => text.trim().split('\n\n'))) {
    const lines = block.split('\n');
    const heading = lines.filter((line) => line.startsWith('#')).join('\n');
    const known = samples.get(heading) ?? [];
    samples.set(heading, [...known, ...lines.filter((line) => !line.startsWith('#'))]);
  }
  return [...samples].map(([heading, lines]) => `${[heading, ...lines].join('\n')}\n`).join('\n');
}
