import type { Bus, BusTraffic } from './bus.ts';

/** A bus within this process: what a node that runs alone has, and what tests join several with. */
export class InProcessHub {
  readonly #members = new Set<InProcessBus>();

  join(): InProcessBus {
    const member = new InProcessBus((subject, text) => {
      for (const other of this.#members) if (other !== member) other.deliver(subject, text);
    });
    this.#members.add(member);
    member.onClose(() => this.#members.delete(member));
    return member;
  }
}

export class InProcessBus implements Bus {
  readonly #toOthers: (subject: string, text: string) => void;
  readonly #listeners = new Map<string, (text: string) => void>();
  readonly #stateListeners: ((isUp: boolean) => void)[] = [];
  #leave: () => void = () => undefined;
  #isUp = true;
  #sent = 0;
  #received = 0;

  constructor(toOthers: (subject: string, text: string) => void = () => undefined) {
    this.#toOthers = toOthers;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get traffic(): BusTraffic {
    return { sent: this.#sent, received: this.#received, refused: 0, subscriptions: this.#listeners.size };
  }

  publish(subject: string, text: string): void {
    if (!this.#isUp) return;
    this.#sent++;
    this.#toOthers(subject, text);
  }

  subscribe(subject: string, receive: (text: string) => void): void {
    this.#listeners.set(subject, receive);
  }

  unsubscribe(subject: string): void {
    this.#listeners.delete(subject);
  }

  /** Another member has published; it arrives in a turn of its own, as from a network. */
  deliver(subject: string, text: string): void {
    if (!this.#isUp) return;
    queueMicrotask(() => {
      const receive = this.#listeners.get(subject);
      if (!receive) return;
      this.#received++;
      receive(text);
    });
  }

  async confirm(): Promise<boolean> {
    return this.#isUp;
  }

  onState(listener: (isUp: boolean) => void): void {
    this.#stateListeners.push(listener);
  }

  onMissed(): void {
    // It drops nothing.
  }

  /** Cuts this member off, or joins it again. */
  turn(isUp: boolean): void {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    for (const listener of this.#stateListeners) listener(isUp);
  }

  onClose(leave: () => void): void {
    this.#leave = leave;
  }

  async close(): Promise<void> {
    this.#leave();
    this.#isUp = false;
    this.#listeners.clear();
  }
}
