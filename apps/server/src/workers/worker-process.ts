import type { DatabaseAddress } from '../db/bun-database.ts';
import { beat, type KeptMessage } from './keeper.ts';
import { MetricsExchange } from './metrics-exchange.ts';

/** What a supervisor tells a worker once: which one it is, where its database is and which port it shares. */
export type WorkerOrders = { number: number; database: DatabaseAddress; port: number };

export type WorkerOptions = {
  /** What starts a worker; the orders follow over the process's own channel. */
  command: readonly string[];
  orders: WorkerOrders;
  /** What all workers tell of themselves. */
  allMetrics(): Promise<string>;
};

/** A worker that does not drain in this time is killed: what is not acknowledged by then was not promised. */
export const WORKER_DRAIN_WITHIN_MS = 15_000;

/** A worker that stands still is left out of the metrics; whoever asked waits longer than for it. */
const WORKER_ANSWERS_WITHIN_MS = 1_000;
const SUPERVISOR_ANSWERS_WITHIN_MS = 2_000;

/** A node as a process below this one. Its output is this process's own. */
export class WorkerProcess {
  readonly pid: number;
  /** Resolves when it serves; rejects, with how, when it ends before that. */
  readonly ready: Promise<void>;
  /** Resolves with how it ended, whoever ended it. */
  readonly ended: Promise<string>;
  readonly #child: Bun.Subprocess;
  readonly #metrics: MetricsExchange;
  #servesSince: number | undefined;
  #missedBeats = 0;

  constructor({ command, orders, allMetrics }: WorkerOptions) {
    const serves = Promise.withResolvers<void>();
    this.#child = Bun.spawn([...command], {
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      ipc: (message: KeptMessage | Parameters<MetricsExchange['receive']>[0]) => {
        this.#missedBeats = 0;
        if (message === 'ready') {
          this.#servesSince = performance.now();
          serves.resolve();
        } else if (typeof message === 'object') this.#metrics.receive(message);
      },
    });
    const send = (message: object) => this.#child.send(message);
    this.#metrics = new MetricsExchange(send, allMetrics, WORKER_ANSWERS_WITHIN_MS);
    this.pid = this.#child.pid;
    this.#child.send(orders);
    this.ended = this.#child.exited.then((code) => String(this.#child.signalCode ?? `code ${code}`));
    this.ready = Promise.race([
      serves.promise,
      this.ended.then((how) => {
        throw new Error(`ended with ${how} before it was ready`);
      }),
    ]);
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => undefined);
  }

  get serves(): boolean {
    return this.#servesSince !== undefined;
  }

  /** For how long it has served; 0 where it did not come to that. */
  get servedMs(): number {
    return this.#servesSince === undefined ? 0 : performance.now() - this.#servesSince;
  }

  /**
   * Counts one beat as missed, until the next one comes; to be called once a `BEAT_EVERY_MS`. Counted and not timed: a
   * machine that slept, or gave the supervisor no time, costs a worker one beat.
   */
  missBeat(): number {
    return ++this.#missedBeats;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** What it tells of itself, nothing where it does not answer. @throws where it has ended */
  async metrics(): Promise<string> {
    return this.#metrics.ask();
  }

  /** Drains it, and resolves once it has ended. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const overdue = setTimeout(() => this.#child.kill('SIGKILL'), WORKER_DRAIN_WITHIN_MS);
    await this.ended;
    clearTimeout(overdue);
  }
}

/** The worker's side: waits for its orders. `onAlone` is called when its supervisor is no more. */
export function awaitOrders(onAlone: () => void): Promise<WorkerOrders> {
  beat(onAlone);
  return new Promise((resolve) => {
    process.once('message', (orders) => resolve(orders as WorkerOrders));
  });
}

/** The worker's side: its `own` metrics for all who are asked; gives what asks for those of all. */
export function shareMetrics(own: () => Promise<string>): () => Promise<string> {
  const send = (message: object) => process.send?.(message);
  const exchange = new MetricsExchange(send, own, SUPERVISOR_ANSWERS_WITHIN_MS);
  process.on('message', (message) => exchange.receive(message as Parameters<typeof exchange.receive>[0]));
  return async () => (await exchange.ask()) || own();
}
