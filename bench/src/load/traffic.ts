import { LatencyHistogram } from './latency-histogram.ts';
import { type Member, timedText } from './member.ts';
import type { ClosedLoopOrder, ClosedLoopReport, TrafficOrder, TrafficReport } from './messages.ts';
import { monotonicMicros } from './monotonic-clock.ts';

/** How long after the last message its deliveries are waited for; what comes later counts as lost. */
const DRAIN_MICROS = 2_000_000;

/**
 * Open loop: message n is due at a time that was fixed beforehand, and its latency counts from then, so that a server
 * (or a generator) that stalls is not spared the messages it kept from being sent.
 */
export class Traffic {
  readonly report: Promise<TrafficReport>;
  readonly #resolve: (report: TrafficReport) => void;
  readonly #order: TrafficOrder;
  readonly #members: readonly Member[];
  readonly #run = crypto.randomUUID().slice(0, 8);
  readonly #latency = new LatencyHistogram();
  readonly #ackLatency = new LatencyHistogram();
  readonly #lateness = new LatencyHistogram();
  readonly #closedBefore: number;
  readonly #gapsBefore: number;
  #scheduled = 0;
  #sent = 0;
  #acknowledged = 0;
  #refused = 0;
  #bytes = 0;
  #otherFrames = 0;
  #otherBytes = 0;
  #done = false;

  constructor(order: TrafficOrder, members: readonly Member[]) {
    const { promise, resolve } = Promise.withResolvers<TrafficReport>();
    this.report = promise;
    this.#resolve = resolve;
    this.#order = order;
    this.#members = members;
    this.#closedBefore = closedOf(members);
    this.#gapsBefore = gapsOf(members);
  }

  tick(now: number, marks: { told: number }): void {
    const { startAt, stopAt, perSecond, textLength } = this.#order;
    const step = 1_000_000 / perSecond;
    for (;;) {
      const dueAt = Math.round(startAt + this.#scheduled * step);
      if (dueAt > now || dueAt >= stopAt) break;
      // Neighbours in a seed file are in different groups, so this goes round the rooms.
      const member = this.#members[this.#scheduled % this.#members.length];
      member?.sendMessage(dueAt, `${this.#run}-${this.#scheduled}`, timedText(dueAt, textLength));
      if (this.#counts(dueAt)) {
        this.#sent++;
        this.#lateness.record(now - dueAt);
      }
      this.#scheduled++;
    }
    if (now > stopAt + DRAIN_MICROS && !this.#done) this.#finish(marks.told);
  }

  delivered(sentAt: number, bytes: number, now: number): void {
    if (!this.#counts(sentAt)) return;
    this.#latency.record(now - sentAt);
    this.#bytes += bytes;
  }

  acknowledged(ref: number, ok: boolean): void {
    if (!this.#counts(ref)) return;
    if (!ok) this.#refused++;
    else {
      this.#acknowledged++;
      this.#ackLatency.record(monotonicMicros() - ref);
    }
  }

  other(bytes: number): void {
    this.#otherFrames++;
    this.#otherBytes += bytes;
  }

  #counts(dueAt: number): boolean {
    return dueAt >= this.#order.countFrom && dueAt < this.#order.stopAt;
  }

  #finish(deliveredMarks: number): void {
    this.#done = true;
    const deliveries = this.#latency.total;
    this.#resolve({
      did: 'traffic',
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      deliveries,
      latency: this.#latency.toData(),
      ackLatency: this.#ackLatency.toData(),
      lateness: this.#lateness.toData(),
      gaps: gapsOf(this.#members) - this.#gapsBefore,
      closed: closedOf(this.#members) - this.#closedBefore,
      deliveredMarks,
      otherFrames: this.#otherFrames,
      otherBytes: this.#otherBytes,
      deliveryBytes: deliveries === 0 ? 0 : this.#bytes / deliveries,
    });
  }
}

/** Closed loop: each sender has one message under way, and sends the next when that one is acknowledged. */
export class ClosedLoop {
  readonly report: Promise<ClosedLoopReport>;
  readonly #resolve: (report: ClosedLoopReport) => void;
  readonly #order: ClosedLoopOrder;
  readonly #run = crypto.randomUUID().slice(0, 8);
  readonly #ackLatency = new LatencyHistogram();
  #number = 0;
  #acknowledged = 0;
  #refused = 0;
  #underWay = 0;

  constructor(order: ClosedLoopOrder, members: readonly Member[]) {
    const { promise, resolve } = Promise.withResolvers<ClosedLoopReport>();
    this.report = promise;
    this.#resolve = resolve;
    this.#order = order;
    for (const member of members.slice(0, order.senders)) {
      this.#underWay++;
      this.#send(member);
    }
  }

  #send(member: Member): void {
    const now = Math.round(monotonicMicros());
    member.sendMessage(now, `${this.#run}-${this.#number++}`, timedText(now, this.#order.textLength));
  }

  acknowledged(member: Member, ref: number, ok: boolean): void {
    const now = monotonicMicros();
    const { countFrom, stopAt } = this.#order;
    if (now >= countFrom && now < stopAt) {
      if (ok) this.#acknowledged++;
      else this.#refused++;
      this.#ackLatency.record(now - ref);
    }
    if (now < stopAt) this.#send(member);
    else if (--this.#underWay === 0) {
      this.#resolve({
        did: 'closed-loop',
        sends: this.#number,
        acknowledged: this.#acknowledged,
        refused: this.#refused,
        ackLatency: this.#ackLatency.toData(),
      });
    }
  }
}

function closedOf(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + (member.isOpen ? 0 : 1), 0);
}

function gapsOf(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + member.gaps, 0);
}
