import type { Heartbeats } from './heartbeats.ts';
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
  /** The members of each room that is written into. */
  readonly #rooms: readonly (readonly Member[])[];
  readonly #heartbeats: Heartbeats;
  readonly #run = crypto.randomUUID().slice(0, 8);
  readonly #sentTo: Record<string, number> = {};
  readonly #latency = new LatencyHistogram();
  readonly #crossLatency = new LatencyHistogram();
  readonly #ackLatency = new LatencyHistogram();
  readonly #lateness = new LatencyHistogram();
  readonly #closedBefore: number;
  readonly #gapsBefore: number;
  readonly #beatsBefore: { sent: number; answered: number };
  #scheduled = 0;
  #acknowledged = 0;
  #refused = 0;
  #bytes = 0;
  #otherFrames = 0;
  #otherBytes = 0;
  #done = false;

  constructor(order: TrafficOrder, members: readonly Member[], heartbeats: Heartbeats) {
    const { promise, resolve } = Promise.withResolvers<TrafficReport>();
    this.report = promise;
    this.#resolve = resolve;
    this.#order = order;
    this.#members = members;
    this.#rooms = roomsOf(members, order);
    this.#heartbeats = heartbeats;
    this.#beatsBefore = { sent: heartbeats.sent, answered: heartbeats.answered };
    this.#closedBefore = closedOf(members);
    this.#gapsBefore = gapsOf(members);
  }

  get pauseMicros(): number {
    return this.#order.pauseMicros;
  }

  get nextDueAt(): number {
    const { startAt, stopAt, perSecond } = this.#order;
    const dueAt = Math.round(startAt + (this.#scheduled * 1_000_000) / perSecond);
    return dueAt < stopAt ? dueAt : stopAt + DRAIN_MICROS;
  }

  tick(now: number, marks: { told: number }): void {
    const { stopAt, textLength } = this.#order;
    for (let dueAt = this.nextDueAt; dueAt <= now && dueAt < stopAt; dueAt = this.nextDueAt) {
      // Round the rooms, and in each round its members.
      const turn = Math.floor(this.#scheduled / this.#rooms.length);
      const room = this.#rooms[this.#scheduled % this.#rooms.length];
      const member = room?.[turn % room.length];
      if (member) this.#send(member, dueAt, now, textLength);
      this.#scheduled++;
    }
    if (now > stopAt + DRAIN_MICROS && !this.#done) this.#finish(marks.told);
  }

  #send(member: Member, dueAt: number, now: number, textLength: number): void {
    const text = timedText(dueAt, member.node, textLength);
    member.sendMessage(dueAt, `${this.#run}-${this.#scheduled}`, text);
    if (!this.#counts(dueAt)) return;
    this.#sentTo[member.groupId] = (this.#sentTo[member.groupId] ?? 0) + 1;
    this.#lateness.record(now - dueAt);
  }

  delivered(sentAt: number, isCross: boolean, bytes: number, now: number): void {
    if (!this.#counts(sentAt)) return;
    this.#latency.record(now - sentAt);
    if (isCross) this.#crossLatency.record(now - sentAt);
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
      sentTo: this.#sentTo,
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      deliveries,
      latency: this.#latency.toData(),
      crossLatency: this.#crossLatency.toData(),
      ackLatency: this.#ackLatency.toData(),
      lateness: this.#lateness.toData(),
      gaps: gapsOf(this.#members) - this.#gapsBefore,
      closed: closedOf(this.#members) - this.#closedBefore,
      deliveredMarks,
      beats: this.#heartbeats.sent - this.#beatsBefore.sent,
      beatsAnswered: this.#heartbeats.answered - this.#beatsBefore.answered,
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
    member.sendMessage(
      now,
      `${this.#run}-${this.#number++}`,
      timedText(now, member.node, this.#order.textLength),
    );
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

/** Those who write, by room. */
function roomsOf(members: readonly Member[], { groups, fromNodes }: TrafficOrder): Member[][] {
  const rooms = new Map<string, Member[]>(groups?.map((groupId) => [groupId, []]));
  for (const member of members) {
    if (fromNodes && !fromNodes.includes(member.node)) continue;
    const room = rooms.get(member.groupId);
    if (room) room.push(member);
    else if (!groups) rooms.set(member.groupId, [member]);
  }
  return [...rooms.values()].filter((room) => room.length > 0);
}

function closedOf(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + (member.isOpen ? 0 : 1), 0);
}

function gapsOf(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + member.gaps, 0);
}
