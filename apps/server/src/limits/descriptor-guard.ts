import { Refusal } from '@tpx/protocol';
import { countDescriptors, readDescriptorLimit, SpareDescriptors } from './descriptors.ts';

type Deps = {
  /** The listener, which is closed while descriptors are short. */
  listener: { pauseAccepting(): void; resumeAccepting(): void };
  /** Closes connections on which nothing was ever sent. */
  closeSilent(): void;
  log: { warn(sentence: string): void };
  /** Of the process where it is left out. */
  limit?: number;
};

const RESERVE_MIN = 8;
const RESERVE_MAX = 64;
const RETRY_AFTER_MS = 2_000;

/**
 * Keeps a node from running out of descriptors (spec LOAD-1 to LOAD-3). At the limit accept(2) fails, and the event loop
 * tries it again for ever, at full CPU, while the connections in line hang: nobody in the process is notified. So the listener
 * is closed before, and opened again when enough have left. Spare descriptors are held, because the kernel may hand in
 * hundreds of connections between two looks: files, PostgreSQL and NATS get them while the listener is closed.
 */
export class DescriptorGuard {
  readonly limit: number | undefined;
  readonly #deps: Deps;
  readonly #spares: SpareDescriptors;
  #refuseAt = Number.POSITIVE_INFINITY;
  #closeAt = Number.POSITIVE_INFINITY;
  #openAt = Number.POSITIVE_INFINITY;
  #isClosed = false;
  #cannotOpen = false;
  #used = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.limit = deps.limit ?? readDescriptorLimit();
    const reserve =
      this.limit === undefined
        ? 0
        : Math.max(RESERVE_MIN, Math.min(RESERVE_MAX, Math.floor(this.limit / 16)));
    this.#spares = new SpareDescriptors(reserve);
    this.#used = countDescriptors();
    if (this.limit === undefined) return;
    this.#spares.take();
    // Beyond it only spares are left.
    const full = this.limit - reserve;
    this.#closeAt = full - reserve / 2;
    this.#refuseAt = full - reserve;
    // Where a node needs most of a small limit itself, half of what is left for clients.
    this.#openAt = Math.max(full - 2 * reserve, Math.floor((this.#used + this.#closeAt) / 2));
  }

  /** Descriptors in use, spares not counted, at the last look. */
  get used(): number {
    return this.#used;
  }

  get isAccepting(): boolean {
    return !this.#isClosed;
  }

  /** Before a connection is let in to stay. @throws {Refusal} `unavailable` where few descriptors are left */
  admit(): void {
    if (!this.#isClosed && this.#used < this.#refuseAt) return;
    throw new Refusal('unavailable', 'This server has no room for another connection. Try again shortly.', {
      retryAfterMs: RETRY_AFTER_MS,
    });
  }

  check(): void {
    if (this.limit === undefined) return;
    this.#used = countDescriptors() - this.#spares.count;
    if (!this.#isClosed) {
      if (this.#used >= this.#refuseAt) this.#deps.closeSilent();
      if (this.#used >= this.#closeAt) this.#close();
    } else if (this.#used <= this.#openAt) this.#open();
    else this.#deps.closeSilent();
  }

  /** Gives the spare descriptors back. */
  dispose(): void {
    this.#spares.giveBack();
  }

  #close(): void {
    this.#isClosed = true;
    this.#deps.listener.pauseAccepting();
    this.#spares.giveBack();
    this.#deps.log.warn(
      `${this.#usedOfLimit()} descriptors are in use: no new connections are taken until there are ${this.#openAt} or fewer. Raise the limit (ulimit -n, LimitNOFILE of systemd) or start more nodes.`,
    );
  }

  #open(): void {
    try {
      this.#deps.listener.resumeAccepting();
    } catch (error) {
      if (!this.#cannotOpen) {
        this.#deps.log.warn(`The port cannot be opened again, which is tried on and on: ${String(error)}`);
      }
      this.#cannotOpen = true;
      return;
    }
    this.#isClosed = false;
    this.#cannotOpen = false;
    this.#spares.take();
    this.#deps.log.warn(`${this.#usedOfLimit()} descriptors are in use: new connections are taken again.`);
  }

  #usedOfLimit(): string {
    return `${Number.isFinite(this.#used) ? this.#used : 'All'} of ${this.limit}`;
  }
}
