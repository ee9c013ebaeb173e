import { join } from 'node:path';
import type { Cores } from '../machine/cores.ts';
import { pin } from '../machine/cores.ts';
import { cpuSeconds } from '../machine/process-figures.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { Place } from './member.ts';
import type {
  ClosedLoopReport,
  DeliveredMode,
  JoinReport,
  Order,
  Report,
  TrafficReport,
} from './messages.ts';
import { monotonicMicros } from './monotonic-clock.ts';

/** Connections of one process, below the usual limit of 20,000 descriptors. */
const CONNECTIONS_MAX = 18_000;
/** Lead time of a schedule, so that every process has its order when it begins. */
const LEAD_MICROS = 200_000;

type Child = { process: Bun.Subprocess; waiting: ((report: Report) => void)[]; ended: boolean };

export type Joined = {
  joined: number;
  failed: number;
  failures: string[];
  seconds: number;
  perSecond: number;
  upgrade: LatencyHistogram;
  join: LatencyHistogram;
};

export type TrafficPlan = {
  perSecond: number;
  warmUpSeconds: number;
  seconds: number;
  textLength: number;
  delivered: DeliveredMode;
};

export type Measured = Omit<TrafficReport, 'did' | 'latency' | 'ackLatency' | 'lateness'> & {
  latency: LatencyHistogram;
  ackLatency: LatencyHistogram;
  lateness: LatencyHistogram;
};

/** The load generator: as many processes as the connections need, seen as one. */
export class Generator implements AsyncDisposable {
  readonly #children: Child[];

  constructor(connections: number, cores: Cores) {
    const count = Math.ceil(connections / CONNECTIONS_MAX);
    this.#children = Array.from({ length: count }, () => startChild(cores));
  }

  /** CPU time so far, in seconds. */
  cpuSeconds(): number {
    return this.#children.reduce((sum, { process }) => sum + cpuSeconds(process.pid), 0);
  }

  /** Connects and joins lines [from, to) of a seed file; `concurrency` of them are under way at a time. */
  async join(place: Place, file: string, from: number, to: number, concurrency: number): Promise<Joined> {
    const count = this.#children.length;
    const cut = (part: number) => from + Math.floor(((to - from) * part) / count);
    const reports = (await this.#all((index) => ({
      do: 'join',
      place,
      file,
      from: cut(index),
      to: cut(index + 1),
      concurrency: Math.max(1, Math.floor(concurrency / count)),
    }))) as JoinReport[];
    const startedAt = Math.min(...reports.map((report) => report.startedAt));
    const endedAt = Math.max(...reports.map((report) => report.endedAt));
    const seconds = (endedAt - startedAt) / 1e6;
    const joined = sum(reports, (report) => report.joined);
    return {
      joined,
      failed: sum(reports, (report) => report.failed),
      failures: reports.flatMap((report) => report.failures),
      seconds,
      perSecond: joined / seconds,
      upgrade: LatencyHistogram.from(reports.map((report) => report.upgrade)),
      join: LatencyHistogram.from(reports.map((report) => report.join)),
    };
  }

  /** Runs a plan; `window` is told when what counts begins and ends. */
  async traffic(plan: TrafficPlan, window: { begin(): void; end(): void }): Promise<Measured> {
    const startAt = monotonicMicros() + LEAD_MICROS;
    const countFrom = startAt + plan.warmUpSeconds * 1e6;
    const stopAt = countFrom + plan.seconds * 1e6;
    const count = this.#children.length;
    const running = this.#all((index) => ({
      do: 'traffic',
      // Processes take turns, so that the whole is as even as each.
      startAt: startAt + (index * 1e6) / plan.perSecond,
      countFrom,
      stopAt,
      perSecond: plan.perSecond / count,
      textLength: plan.textLength,
      delivered: plan.delivered,
    }));
    await sleepUntil(countFrom);
    window.begin();
    await sleepUntil(stopAt);
    window.end();
    const reports = (await running) as TrafficReport[];
    const total = (of: (report: TrafficReport) => number) => sum(reports, of);
    return {
      sent: total((report) => report.sent),
      acknowledged: total((report) => report.acknowledged),
      refused: total((report) => report.refused),
      deliveries: total((report) => report.deliveries),
      gaps: total((report) => report.gaps),
      closed: total((report) => report.closed),
      deliveredMarks: total((report) => report.deliveredMarks),
      otherFrames: total((report) => report.otherFrames),
      otherBytes: total((report) => report.otherBytes),
      deliveryBytes: total((report) => report.deliveryBytes) / count,
      latency: LatencyHistogram.from(reports.map((report) => report.latency)),
      ackLatency: LatencyHistogram.from(reports.map((report) => report.ackLatency)),
      lateness: LatencyHistogram.from(reports.map((report) => report.lateness)),
    };
  }

  /** `senders` of one process, each with one message under way. Acknowledged sends a second, and their latency. */
  async closedLoop(
    senders: number,
    plan: { warmUpSeconds: number; seconds: number; textLength: number },
  ): Promise<{ perSecond: number; refused: number; sends: number; latency: LatencyHistogram }> {
    const countFrom = monotonicMicros() + plan.warmUpSeconds * 1e6;
    const stopAt = countFrom + plan.seconds * 1e6;
    const { textLength } = plan;
    const order: Order = { do: 'closed-loop', senders, countFrom, stopAt, textLength };
    const report = (await this.#tell(this.#children[0] as Child, order)) as ClosedLoopReport;
    return {
      perSecond: report.acknowledged / plan.seconds,
      refused: report.refused,
      sends: report.sends,
      latency: LatencyHistogram.from([report.ackLatency]),
    };
  }

  async leave(): Promise<void> {
    await this.#all(() => ({ do: 'leave' }));
  }

  #all(order: (index: number) => Order): Promise<Report[]> {
    return Promise.all(this.#children.map((child, index) => this.#tell(child, order(index))));
  }

  #tell(child: Child, order: Order): Promise<Report> {
    if (child.ended) throw new Error('A generator process has ended.');
    return new Promise((resolve, reject) => {
      child.waiting.push(resolve);
      void child.process.exited.then((code) => reject(new Error(`A generator process ended with ${code}.`)));
      child.process.send(order);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.#children) process.kill();
    await Promise.all(this.#children.map(({ process }) => process.exited));
  }
}

function startChild(cores: Cores): Child {
  const waiting: Child['waiting'] = [];
  const script = join(import.meta.dirname, 'generator-process.ts');
  const child: Child = {
    process: Bun.spawn([process.execPath, script], {
      ipc: (report: Report) => waiting.shift()?.(report),
      serialization: 'json',
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
    waiting,
    ended: false,
  };
  void child.process.exited.then(() => {
    child.ended = true;
  });
  if (cores) pin(child.process.pid, cores.generator);
  return child;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

async function sleepUntil(micros: number): Promise<void> {
  await Bun.sleep(Math.max(0, (micros - monotonicMicros()) / 1000));
}
