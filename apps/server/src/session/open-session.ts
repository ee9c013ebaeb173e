import { LIMITS, Refusal, type UserId } from '@tpx/protocol';
import type { Caller } from '../accounts/caller.ts';
import type { ChannelHandlers } from '../channels/channel-session.ts';
import type { Connection } from '../fanout/connection.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

type Deps = {
  channels: ChannelHandlers;
  registry: SessionRegistry;
  limiter: Pick<RateLimiter, 'take'>;
  onClosed(session: Session): void;
  onUnexpected(error: unknown, session: Session): void;
};

/** Begins and ends sessions for any transport. */
export class SessionOpener {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Call it in the same turn as `open`. Where this person has as many connections here as one may have, closes the one
   * that is furthest behind: it may be a connection whose network has gone.
   * @throws {Refusal} `rate_limited` where none of them is behind (spec WS-22)
   */
  makeRoomFor(userId: UserId): void {
    const { registry } = this.#deps;
    if (registry.countOf(userId) < LIMITS.connectionsPerUser) return;
    const [furthest] = registry
      .of(userId)
      .map(({ connection }) => connection)
      .sort((a, b) => b.unreadBytes - a.unreadBytes);
    if (!furthest || furthest.unreadBytes === 0) throw tooManyConnections();
    furthest.close('slow_reader');
  }

  open({ userId, sessionId }: Caller, connection: Connection): Session {
    const session = new Session(this.#deps, userId, sessionId, connection);
    this.#deps.registry.add(session);
    return session;
  }

  closed(session: Session): void {
    this.#deps.registry.remove(session);
    session.disconnected();
    this.#deps.onClosed(session);
  }
}

const RETRY_AFTER_MS = 30_000;

function tooManyConnections(): Refusal {
  return new Refusal(
    'rate_limited',
    `You have ${LIMITS.connectionsPerUser} connections to this server, the most that one person may have. Close one of them first.`,
    { retryAfterMs: RETRY_AFTER_MS },
  );
}
