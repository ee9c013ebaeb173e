import type { Member } from './member.ts';
import type { DeliveredMode } from './messages.ts';

/** As the SDK's `DeliveredSignal`: at once where the last telling is longer ago, else together. */
const EVERY_MICROS = 1_000_000;
const SLOT_MICROS = 1_000;
/** One slot more than the delay is long, so that nothing is put into the slot that is being emptied. */
const SLOTS = EVERY_MICROS / SLOT_MICROS + 1;

/** Tells the server how far each member has its conversation. A wheel of milliseconds holds who tells when. */
export class DeliveredMarks {
  told = 0;
  #mode: DeliveredMode = 'off';
  readonly #wheel: Member[][] = Array.from({ length: SLOTS }, () => []);
  #slot = 0;

  /**
   * People who came at different times tell at different times: each begins as if it had last told at some moment of
   * the second before. Otherwise all would tell within the same quarter of every second.
   */
  begin(mode: DeliveredMode, members: readonly Member[], now: number): void {
    this.#mode = mode;
    this.told = 0;
    for (const [index, member] of members.entries()) {
      // The golden ratio spreads neighbours evenly, and each room as well.
      member.toldAt = now - ((index * 0.618_033_988_75) % 1) * EVERY_MICROS;
    }
  }

  get isOn(): boolean {
    return this.#mode !== 'off';
  }

  end(): void {
    this.#mode = 'off';
  }

  raise(member: Member, now: number): void {
    if (this.#mode === 'off' || member.isTelling) return;
    const waitMicros = member.toldAt + EVERY_MICROS - now;
    if (this.#mode === 'each' || waitMicros <= 0) this.#tell(member, now);
    else {
      member.isTelling = true;
      this.#wheel[Math.ceil((now + waitMicros) / SLOT_MICROS) % SLOTS]?.push(member);
    }
  }

  /** Call it every millisecond or so. */
  tick(now: number): void {
    const until = Math.floor(now / SLOT_MICROS);
    // After a stall longer than a turn of the wheel every slot is due, once.
    for (let slot = Math.max(this.#slot, until - SLOTS); slot < until; slot++) {
      const due = this.#wheel[slot % SLOTS] ?? [];
      if (due.length === 0) continue;
      this.#wheel[slot % SLOTS] = [];
      for (const member of due) {
        member.isTelling = false;
        if (this.#mode !== 'off' && member.lastSeq > member.toldSeq) this.#tell(member, now);
      }
    }
    this.#slot = until;
  }

  #tell(member: Member, now: number): void {
    member.toldAt = now;
    this.told++;
    member.tellDelivered();
  }
}
