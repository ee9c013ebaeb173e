import { LatencyHistogram } from './latency-histogram.ts';
import type { Member } from './member.ts';
import type { JoinReport } from './messages.ts';
import { monotonicMicros } from './monotonic-clock.ts';

const FAILURES_SHOWN = 5;

/** Brings members in, a bounded number at a time: one begins when another is done. */
export class Joining {
  readonly report: Promise<JoinReport>;
  readonly #upgrade = new LatencyHistogram();
  readonly #join = new LatencyHistogram();
  readonly #connect: (member: Member) => void;
  readonly #waiting: Member[];
  readonly #underWay = new Set<Member>();
  readonly #failures: string[] = [];
  readonly #startedAt = monotonicMicros();
  readonly #resolve: (report: JoinReport) => void;
  #joined = 0;
  #failed = 0;

  constructor(members: readonly Member[], concurrency: number, connect: (member: Member) => void) {
    const { promise, resolve } = Promise.withResolvers<JoinReport>();
    this.report = promise;
    this.#resolve = resolve;
    this.#connect = connect;
    this.#waiting = members.toReversed();
    for (let begun = 0; begun < concurrency; begun++) this.#begin();
  }

  #begin(): void {
    const member = this.#waiting.pop();
    if (member) {
      this.#underWay.add(member);
      member.startedAt = monotonicMicros();
      this.#connect(member);
    } else if (this.#underWay.size === 0) this.#finish();
  }

  upgraded(member: Member, now: number): void {
    member.upgradedAt = now;
    this.#upgrade.record(now - member.startedAt);
  }

  joined(member: Member, now: number): void {
    if (!this.#underWay.delete(member)) return;
    this.#joined++;
    this.#join.record(now - member.upgradedAt);
    this.#begin();
  }

  failed(member: Member, why: string): void {
    if (!this.#underWay.delete(member)) return;
    this.#failed++;
    if (this.#failures.length < FAILURES_SHOWN) this.#failures.push(why);
    this.#begin();
  }

  #finish(): void {
    this.#resolve({
      did: 'join',
      joined: this.#joined,
      failed: this.#failed,
      failures: this.#failures,
      startedAt: this.#startedAt,
      endedAt: monotonicMicros(),
      upgrade: this.#upgrade.toData(),
      join: this.#join.toData(),
    });
  }
}
