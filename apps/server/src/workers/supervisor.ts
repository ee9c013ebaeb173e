import { BEAT_EVERY_MS } from './keeper.ts';
import { mergeMetrics } from './metrics-exchange.ts';
import { failuresAfter, respawnDelayMs } from './respawn-delay.ts';
import type { WorkerProcess } from './worker-process.ts';

type Deps = { count: number; spawn(number: number): WorkerProcess; say(line: string): void };

type Slot = { number: number; worker: WorkerProcess };

/** A worker that misses this many beats in a row stands still. One that has yet to start may be slow on a busy machine. */
const MISSED_BEATS_MAX = 8;
const MISSED_BEATS_MAX_AT_START = 60;
/**
 * While another worker starts, which takes some of the time that this one lacks, it gets more patience: else a machine
 * that is too busy would lose all of them, one after the other.
 */
const MISSED_BEATS_MAX_WHILE_ONE_STARTS = 24;

/** Keeps a number of workers running until it is told to drain them (spec CLU-20 to CLU-23). */
export class Supervisor {
  readonly #deps: Deps;
  readonly #slots: Slot[] = [];
  readonly #workers = new Map<WorkerProcess, number>();
  readonly #stopping = Promise.withResolvers<void>();
  #isStopping = false;
  #reloading: Promise<void> = Promise.resolve();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Resolves when all serve. @throws where one cannot start, after the others have ended */
  async start(): Promise<void> {
    for (let number = 1; number <= this.#deps.count; number++) {
      this.#slots.push({ number, worker: this.#spawn(number) });
    }
    const looking = setInterval(() => this.#look(), BEAT_EVERY_MS);
    void this.#stopping.promise.then(() => clearInterval(looking));
    try {
      await Promise.all(this.#slots.map((slot) => this.#isReady(slot)));
    } catch (error) {
      await this.drain();
      throw error;
    }
    for (const slot of this.#slots) void this.#keep(slot);
  }

  #spawn(number: number): WorkerProcess {
    const worker = this.#deps.spawn(number);
    this.#workers.set(worker, number);
    void worker.ended.then(() => this.#workers.delete(worker));
    return worker;
  }

  /** Kills what stands still (SIGSTOP, an event loop that does not turn); the kernel closes its sockets (spec CLU-25). */
  #look(): void {
    const isOneStarting = [...this.#workers.keys()].some(({ serves }) => !serves);
    for (const [worker, number] of this.#workers) {
      const patience = isOneStarting ? MISSED_BEATS_MAX_WHILE_ONE_STARTS : MISSED_BEATS_MAX;
      const missed = worker.missBeat();
      if (missed < (worker.serves ? patience : MISSED_BEATS_MAX_AT_START)) continue;
      this.#workers.delete(worker);
      this.#deps.say(`Worker ${number} has stood still for ${missed} s. It is killed.`);
      worker.kill();
    }
  }

  async #isReady({ number, worker }: Slot): Promise<void> {
    try {
      await worker.ready;
    } catch (error) {
      throw new Error(`Worker ${number} ${(error as Error).message}.`);
    }
    this.#deps.say(`  Worker ${number} is process ${worker.pid}.`);
  }

  async #keep(slot: Slot): Promise<void> {
    let failures = 0;
    while (!this.#isStopping) {
      const { worker } = slot;
      const how = await worker.ended;
      // A reload has put another in its place.
      if (slot.worker !== worker) continue;
      if (this.#isStopping) return;
      failures = failuresAfter(failures, worker.servedMs);
      const waitMs = respawnDelayMs(failures);
      const when = waitMs === 0 ? 'now' : `in ${waitMs / 1000} s`;
      this.#deps.say(`Worker ${slot.number} ended with ${how}. It is started again ${when}.`);
      await Promise.race([Bun.sleep(waitMs), this.#stopping.promise]);
      if (this.#isStopping || slot.worker !== worker) continue;
      slot.worker = this.#spawn(slot.number);
      void this.#isReady(slot).catch(() => undefined);
    }
  }

  /** Replaces the workers one after the other; each new one serves before its predecessor drains. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(async () => {
      for (const slot of this.#slots) if (!this.#isStopping) await this.#replace(slot);
    });
    return this.#reloading;
  }

  async #replace(slot: Slot): Promise<void> {
    const worker = this.#spawn(slot.number);
    try {
      await this.#isReady({ number: slot.number, worker });
    } catch (error) {
      this.#deps.say(`${(error as Error).message} The old one stays.`);
      return;
    }
    const before = slot.worker;
    slot.worker = worker;
    await before.stop();
  }

  /** What all of them tell of themselves (spec CLU-24). */
  async metrics(): Promise<string> {
    const texts = await Promise.all(this.#slots.map(({ worker }) => worker.metrics().catch(() => '')));
    return mergeMetrics(texts.filter((text) => text !== ''));
  }

  /** Ends them one after the other, so that the clients of each find another for as long as there is one. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    this.#stopping.resolve();
    await this.#reloading;
    for (const { worker } of this.#slots) await worker.stop();
  }
}
