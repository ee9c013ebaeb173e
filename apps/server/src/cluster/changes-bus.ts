import type { Change } from '../fanout/announcer.ts';
import type { Bus } from './bus.ts';

const SUBJECT = 'changes';

/** A change and what PostgreSQL stored it by. */
export type ToldChange = { change: Change; id?: number | undefined };

/** Changes that any node may have to act on: standing, sessions, accounts, blocks. They are rare, so every node gets all. */
export class ChangesBus {
  readonly #bus: Bus;

  constructor(bus: Bus, receive: (told: ToldChange) => void) {
    this.#bus = bus;
    bus.subscribe(SUBJECT, (text) => receive(JSON.parse(text) as ToldChange));
  }

  tell(told: ToldChange): void {
    this.#bus.publish(SUBJECT, JSON.stringify(told));
  }
}
