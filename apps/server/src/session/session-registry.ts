import type { UserId } from '@tpx/protocol';
import type { Session } from './session.ts';

/** The sessions of this node by user. Most people have one device, so one session is kept without a set. */
export class SessionRegistry {
  readonly #byUser = new Map<UserId, Session | Set<Session>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(session: Session): void {
    this.#count++;
    const known = this.#byUser.get(session.userId);
    if (!known) this.#byUser.set(session.userId, session);
    else {
      const devices = known instanceof Set ? known.add(session) : new Set([known, session]);
      this.#byUser.set(session.userId, devices);
      for (const device of devices) device.devices = devices;
    }
  }

  remove(session: Session): void {
    const known = this.#byUser.get(session.userId);
    if (known === session) this.#byUser.delete(session.userId);
    else if (known instanceof Set && known.delete(session)) {
      if (known.size === 0) this.#byUser.delete(session.userId);
    } else return;
    this.#count--;
  }

  has(userId: UserId): boolean {
    return this.#byUser.has(userId);
  }

  of(userId: UserId): readonly Session[] {
    const known = this.#byUser.get(userId);
    if (!known) return [];
    return known instanceof Set ? [...known] : [known];
  }

  countOf(userId: UserId): number {
    const known = this.#byUser.get(userId);
    if (!known) return 0;
    return known instanceof Set ? known.size : 1;
  }

  *each(): Generator<Session> {
    for (const known of this.#byUser.values()) {
      if (known instanceof Set) yield* known;
      else yield known;
    }
  }

  all(): Session[] {
    return [...this.each()];
  }
}
