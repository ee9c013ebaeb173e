import type { Caller } from '../accounts/caller.ts';
import type { ChannelHandlers } from '../channels/channel-session.ts';
import type { Connection } from '../fanout/connection.ts';
import { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

type Deps = {
  channels: ChannelHandlers;
  registry: SessionRegistry;
  onUnexpected(error: unknown, session: Session): void;
};

/** Begins and ends sessions for any transport. */
export class SessionOpener {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  open({ userId, sessionId }: Caller, connection: Connection): Session {
    const session = new Session(this.#deps, userId, sessionId, connection);
    this.#deps.registry.add(session);
    return session;
  }

  closed(session: Session): void {
    this.#deps.registry.remove(session);
    session.disconnected();
  }
}
