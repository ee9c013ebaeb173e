import type { UserId } from '@tpx/protocol';
import type { Bus } from './bus.ts';

type Deps = {
  bus: Bus;
  /** Whether this node has a device of theirs. */
  isHere(userId: UserId): boolean;
  receive(userId: UserId, event: string, payload: string): void;
};

const SUBJECT = 'users';
/** What is told in this time leaves together: a node with many users is told of few of them, and looks at each. */
const GATHER_MS = 20;
const GATHERED_CHARACTERS_MAX = 65_536;
const USER_ID_LENGTH = 36;

/**
 * What goes to all devices of one person, wherever they are connected. It is told to every node, in lines of user,
 * event and payload: a subscription a user would cost NATS and the nodes more than all conversations together, and a
 * subject for a part of the users would spare nobody anything, because a node has users of every part (spec CLU-6).
 */
export class UserSignals {
  readonly #deps: Deps;
  #lines: string[] = [];
  #characters = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    deps.bus.subscribe(SUBJECT, (text) => {
      for (const line of text.split('\n')) this.#receive(line);
    });
  }

  tell(userId: UserId, event: string, payload: string): void {
    const line = `${userId} ${event} ${payload}`;
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters > GATHERED_CHARACTERS_MAX) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    this.#deps.bus.publish(SUBJECT, this.#lines.join('\n'));
    this.#lines = [];
    this.#characters = 0;
  }

  #receive(line: string): void {
    const userId = line.slice(0, USER_ID_LENGTH) as UserId;
    if (!this.#deps.isHere(userId)) return;
    const end = line.indexOf(' ', USER_ID_LENGTH + 1);
    this.#deps.receive(userId, line.slice(USER_ID_LENGTH + 1, end), line.slice(end + 1));
  }
}
