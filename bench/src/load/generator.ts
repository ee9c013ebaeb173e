import { join } from 'node:path';
import type { Cores } from '../machine/cores.ts';
import { pin } from '../machine/cores.ts';
import { cpuSeconds } from '../machine/process-figures.ts';
import type { PeopleFile } from '../seed/people-file.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type {
  Answer,
  ClosedLoopReport,
  DeliveredMode,
  JoinReport,
  Lacking,
  LookReport,
  Order,
  Report,
  StormOrder,
  StormReport,
  TrafficReport,
} from './messages.ts';
import { monotonicMicros } from './monotonic-clock.ts';
import type { Place } from './sockets.ts';

/** Connections of one process, below the usual limit of 20,000 descriptors. */
const CONNECTIONS_MAX = 19_700;
/** Lead time of a schedule, so that every process has its order when it begins. */
const LEAD_MICROS = 200_000;

/** How often sockets are looked at under traffic. A crowd of processes that did so would use up the machine. */
const PAUSE_MICROS = 500;
const PAUSING_PROCESSES_MAX = 4;

/** For a generator that is not asked what it cost. */
export const NO_WINDOW = { begin: () => undefined, end: () => undefined };

type Child = { process: Bun.Subprocess; waiting: Map<number, (report: Report) => void>; ended: boolean };

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
  /** The groups that are written into; left out for all. */
  groups?: string[];
  /** The nodes whose members write; left out for all. */
  fromNodes?: number[];
};

export type Measured = Omit<TrafficReport, 'did' | 'latency' | 'crossLatency' | 'ackLatency' | 'lateness'> & {
  sent: number;
  latency: LatencyHistogram;
  crossLatency: LatencyHistogram;
  ackLatency: LatencyHistogram;
  lateness: LatencyHistogram;
};

export type Storm = Omit<StormReport, 'did' | 'latency'> & { latency: LatencyHistogram };

/** The load generator: as many processes as the connections need, seen as one. */
export class Generator implements AsyncDisposable {
  readonly #children: Child[];
  #orders = 0;

  constructor(connections: number, cores: Cores) {
    const count = Math.ceil(connections / CONNECTIONS_MAX);
    this.#children = Array.from({ length: count }, () => startChild(cores));
  }

  get pids(): number[] {
    return this.#children.map(({ process }) => process.pid);
  }

  /** CPU time so far, in seconds. */
  cpuSeconds(): number {
    return this.#children.reduce((sum, { process }) => sum + cpuSeconds(process.pid), 0);
  }

  /**
   * Connects and joins people [from, to) of a file, dealt round robin to `processes` of the generator with `concurrency`
   * of them under way; the next so many processes begin when these are done.
   */
  async join(
    places: Place[],
    people: PeopleFile,
    from: number,
    to: number,
    concurrency: number,
    { canReturn = false, processes = this.#children.length } = {},
  ): Promise<Joined> {
    const count = this.#children.length;
    const cut = (part: number) => from + Math.floor(((to - from) * part) / count);
    const reports: JoinReport[] = [];
    for (let first = 0; first < count; first += processes) {
      const turn = this.#children.slice(first, first + processes);
      const part = people.slice(cut(first), cut(first + turn.length));
      const joining = turn.map((child, index) =>
        this.#tell(child, {
          do: 'join',
          places,
          people: { ...part, every: turn.length, offset: index },
          concurrency: Math.max(1, Math.floor(concurrency / turn.length)),
          canReturn,
        }),
      );
      reports.push(...((await Promise.all(joining)) as JoinReport[]));
    }
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
      groups: plan.groups,
      fromNodes: plan.fromNodes,
      pauseMicros: count <= PAUSING_PROCESSES_MAX ? PAUSE_MICROS : 0,
    }));
    await sleepUntil(countFrom);
    window.begin();
    await sleepUntil(stopAt);
    window.end();
    const reports = (await running) as TrafficReport[];
    const total = (of: (report: TrafficReport) => number) => sum(reports, of);
    const sentTo = addUp(reports.map((report) => report.sentTo));
    return {
      sentTo,
      sent: sum(Object.values(sentTo), (count) => count),
      acknowledged: total((report) => report.acknowledged),
      refused: total((report) => report.refused),
      deliveries: total((report) => report.deliveries),
      gaps: total((report) => report.gaps),
      closed: total((report) => report.closed),
      deliveredMarks: total((report) => report.deliveredMarks),
      beats: total((report) => report.beats),
      beatsAnswered: total((report) => report.beatsAnswered),
      otherFrames: total((report) => report.otherFrames),
      otherBytes: total((report) => report.otherBytes),
      deliveryBytes: total((report) => report.deliveryBytes) / count,
      latency: LatencyHistogram.from(reports.map((report) => report.latency)),
      crossLatency: LatencyHistogram.from(reports.map((report) => report.crossLatency)),
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

  /** Those who lose their connection come back, until `until`; waits for that moment. */
  async storm(order: StormOrder): Promise<Storm> {
    const reports = (await this.#all(() => ({ do: 'storm', ...order }))) as StormReport[];
    return {
      lost: sum(reports, (report) => report.lost),
      attempts: sum(reports, (report) => report.attempts),
      away: sum(reports, (report) => report.away),
      failures: reports.flatMap((report) => report.failures),
      latency: LatencyHistogram.from(reports.map((report) => report.latency)),
    };
  }

  /** Who lacks something of the logs that end so, now. */
  async look(lastSeqs: Record<string, number>): Promise<{ gaps: number; lacking: Lacking[] }> {
    const reports = (await this.#all(() => ({ do: 'look', lastSeqs }))) as LookReport[];
    return {
      gaps: sum(reports, (report) => report.gaps),
      lacking: reports.flatMap((report) => report.lacking),
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
      const id = this.#orders++;
      child.waiting.set(id, resolve);
      void child.process.exited.then((code) => reject(new Error(`A generator process ended with ${code}.`)));
      child.process.send({ id, order });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.#children) process.kill();
    await Promise.all(this.#children.map(({ process }) => process.exited));
  }
}

function startChild(cores: Cores): Child {
  const waiting: Child['waiting'] = new Map();
  const script = join(import.meta.dirname, 'generator-process.ts');
  const child: Child = {
    process: Bun.spawn([process.execPath, script], {
      ipc: ({ id, report }: Answer) => {
        waiting.get(id)?.(report);
        waiting.delete(id);
      },
      serialization: 'json',
      stdio: ['ignore', 'inherit', 'inherit'],
      // In one session they would have one share of the machine together (autogroup, sched(7)), and each node its own.
      detached: true,
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

function addUp(parts: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

async function sleepUntil(micros: number): Promise<void> {
  await Bun.sleep(Math.max(0, (micros - monotonicMicros()) / 1000));
}
