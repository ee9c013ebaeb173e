import type { Change } from '../fanout/announcer.ts';
import type { Bus } from './bus.ts';

const SUBJECT = 'changes';

/** Changes that any node may have to act on: standing, sessions, accounts, blocks. They are rare, so every node gets all. */
export class ChangesBus {
  readonly #bus: Bus;

  constructor(bus: Bus, receive: (change: Change) => void) {
    this.#bus = bus;
    bus.subscribe(SUBJECT, (text) => receive(JSON.parse(text) as Change));
  }

  tell(change: Change): void {
    this.#bus.publish(SUBJECT, JSON.stringify(change));
  }
}
