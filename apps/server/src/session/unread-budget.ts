import type { SessionRegistry } from './session-registry.ts';

type Deps = {
  sessions: SessionRegistry;
  maxBytes: number;
  /** Resident bytes of this process. What clients have not read is part of it. */
  residentBytes?: () => number;
  /** A reader was closed with so many bytes unread. */
  onClosed(unreadBytes: number): void;
};

/** Growth of the process that calls for a look at every connection, and how many checks pass without one at most. */
const LOOK_AFTER_GROWTH_BYTES = 16 * 1_048_576;
const LOOK_AFTER_CHECKS = 10;
/** Closing ends here, not at the limit: the next frame would close the next reader. */
const CLOSE_DOWN_TO = 0.75;

/**
 * Bounds what all clients of a node together have not read (spec WS-23). Each connection has a limit of its own, but ten
 * thousand connections just below it would take ten gigabytes.
 */
export class UnreadBudget {
  readonly #deps: Required<Deps>;
  #unreadBytes = 0;
  #residentAtLook = 0;
  #checksSinceLook = 0;

  constructor(deps: Deps) {
    this.#deps = { residentBytes: () => process.memoryUsage.rss(), ...deps };
  }

  /** Bytes that clients had not read at the last look. */
  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** Closes those with the most unread bytes until the rest fits. Call it about once a second. */
  check(): void {
    if (!this.#isLookDue()) return;
    const { sessions, maxBytes, onClosed } = this.#deps;
    const behind = [];
    let total = 0;
    for (const session of sessions.each()) {
      const { unreadBytes } = session.connection;
      if (unreadBytes === 0) continue;
      total += unreadBytes;
      behind.push({ session, unreadBytes });
    }
    if (total > maxBytes) {
      behind.sort((a, b) => b.unreadBytes - a.unreadBytes);
      for (const { session, unreadBytes } of behind) {
        if (total <= maxBytes * CLOSE_DOWN_TO) break;
        session.connection.close('slow_reader');
        onClosed(unreadBytes);
        total -= unreadBytes;
      }
    }
    this.#unreadBytes = total;
  }

  /** A look costs a call for each connection. Unread bytes cannot grow without the process. */
  #isLookDue(): boolean {
    const resident = this.#deps.residentBytes();
    const isDue =
      resident > this.#residentAtLook + LOOK_AFTER_GROWTH_BYTES ||
      this.#unreadBytes > this.#deps.maxBytes / 2 ||
      ++this.#checksSinceLook >= LOOK_AFTER_CHECKS;
    if (isDue) {
      this.#residentAtLook = resident;
      this.#checksSinceLook = 0;
    }
    return isDue;
  }
}
