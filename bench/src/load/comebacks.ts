import { afterClose } from '@tpx/protocol';
import { laterDelayMs, RECONNECT, reconnectDelayMs } from '@tpx/sdk';
import { LatencyHistogram } from './latency-histogram.ts';
import type { Member } from './member.ts';
import type { StormOrder, StormReport } from './messages.ts';

const FAILURES_SHOWN = 5;

/** Brings back those who lose their connection, when and as our SDK would (`packages/sdk/src/socket/socket.ts`). */
export class Comebacks {
  readonly report: Promise<StormReport>;
  readonly #resolve: (report: StormReport) => void;
  readonly #order: StormOrder;
  /** How often each has failed in a row, and when it last had a connection. */
  readonly #away = new Map<Member, { failures: number; openedAt: number }>();
  readonly #latency = new LatencyHistogram();
  readonly #failures: string[] = [];
  #lost = 0;
  #attempts = 0;
  #done = false;

  constructor(order: StormOrder) {
    const { promise, resolve } = Promise.withResolvers<StormReport>();
    this.report = promise;
    this.#resolve = resolve;
    this.#order = order;
  }

  lost(member: Member, code: number, now: number): void {
    let away = this.#away.get(member);
    if (!away) {
      away = { failures: 0, openedAt: 0 };
      this.#away.set(member, away);
      this.#lost++;
    }
    if (away.openedAt > 0 && now - away.openedAt >= RECONNECT.steadyMs * 1000) away.failures = 0;
    away.openedAt = 0;
    const what = afterClose(code);
    if (what === 'stay_away') {
      this.failed(`closed with ${code}`);
      return;
    }
    const delayMs =
      what === 'reconnect_later' ? laterDelayMs(Math.random) : reconnectDelayMs(away.failures, Math.random);
    away.failures++;
    setTimeout(() => this.#connect(member), delayMs);
  }

  #connect(member: Member): void {
    this.#attempts++;
    const { places, refuges } = this.#order;
    // As behind a load balancer: whichever of those that are left.
    const refuge = refuges[Math.floor(Math.random() * refuges.length)] ?? 0;
    const place = places[refuge];
    if (place) member.comeBack(place, refuge);
  }

  opened(member: Member, now: number): void {
    const away = this.#away.get(member);
    if (away) away.openedAt = now;
  }

  /** It has its room again, and everything that it missed. */
  back(member: Member, now: number): void {
    if (this.#away.delete(member) && !this.#done) this.#latency.record(now - this.#order.killAt);
  }

  failed(why: string): void {
    if (this.#failures.length < FAILURES_SHOWN) this.#failures.push(why);
  }

  tick(now: number): void {
    if (this.#done || now < this.#order.until) return;
    this.#done = true;
    this.#resolve({
      did: 'storm',
      lost: this.#lost,
      attempts: this.#attempts,
      away: this.#away.size,
      failures: this.#failures,
      latency: this.#latency.toData(),
    });
  }
}
