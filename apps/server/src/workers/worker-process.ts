import type { DatabaseAddress } from '../db/bun-database.ts';
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
  readonly #startedAt = performance.now();

  constructor({ command, orders, allMetrics }: WorkerOptions) {
    const serves = Promise.withResolvers<void>();
    this.#child = Bun.spawn([...command], {
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      ipc: (message) => {
        if (message === 'ready') serves.resolve();
        else this.#metrics.receive(message);
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

  get livedMs(): number {
    return performance.now() - this.#startedAt;
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
  process.on('disconnect', onAlone);
  return new Promise((resolve) => {
    process.once('message', (orders) => resolve(orders as WorkerOrders));
  });
}

/** The worker serves. */
export function tellReady(): void {
  process.send?.('ready');
}

/** The worker's side: its `own` metrics for all who are asked; gives what asks for those of all. */
export function shareMetrics(own: () => Promise<string>): () => Promise<string> {
  const send = (message: object) => process.send?.(message);
  const exchange = new MetricsExchange(send, own, SUPERVISOR_ANSWERS_WITHIN_MS);
  process.on('message', (message) => exchange.receive(message as Parameters<typeof exchange.receive>[0]));
  return async () => (await exchange.ask()) || own();
}
