import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Bus, BusTraffic } from './bus.ts';
import { natsAddress } from './nats-address.ts';

export type NatsBusOptions = {
  /** One URL, or several separated by commas. */
  url: string;
  /** Begins every subject: clusters that share a NATS do not hear each other. */
  prefix: string;
  /** How NATS' own pages call this connection. */
  name: string;
  /** A sentence for whoever runs the node. */
  onTrouble(sentence: string): void;
};

/** A connection on which nothing is heard for this many pings is lost: a network that swallows all says no more. */
const PING_EVERY_MS = 1_000;
const PINGS_UNANSWERED_MAX = 3;
const CONNECT_WITHIN_MS = 2_000;
const RECONNECT_AFTER_MS = 200;
const RECONNECT_JITTER_MS = 300;
const CONFIRM_WITHIN_MS = 1_000;

/** The bus over NATS core. It comes back by itself for as long as it is not closed. */
export class NatsBus implements Bus {
  readonly #options: NatsBusOptions;
  readonly #listeners = new Map<string, (text: string) => void>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #stateListeners: ((isUp: boolean) => void)[] = [];
  #sent = 0;
  #received = 0;
  #connection: NatsConnection | undefined;
  #isUp = false;
  #closed = false;
  #confirming: Promise<boolean> | undefined;
  #wakeUp: () => void = () => undefined;
  #following: Promise<void> = Promise.resolve();

  private constructor(options: NatsBusOptions) {
    this.#options = options;
  }

  /** Tries once before it returns; where NATS is away it goes on trying, and the node begins alone (spec CLU-8). */
  static async open(options: NatsBusOptions): Promise<NatsBus> {
    const bus = new NatsBus(options);
    const trouble = await bus.#connect();
    if (trouble === undefined) return bus;
    options.onTrouble(
      `NATS does not answer at TPX_NATS_URL: ${trouble}. The node goes on alone and tries again.`,
    );
    bus.#following = bus.#connectUntilUp();
    return bus;
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
    try {
      this.#connection?.publish(`${this.#options.prefix}.${subject}`, text);
    } catch (error) {
      // Larger than NATS takes, or closed a moment ago: lost, as anything may be that goes over the bus.
      this.#options.onTrouble(`NATS did not take a message: ${messageOf(error)}.`);
    }
  }

  subscribe(subject: string, receive: (text: string) => void): void {
    this.unsubscribe(subject);
    this.#listeners.set(subject, receive);
    if (this.#connection) this.#subscribe(this.#connection, subject, receive);
  }

  #subscribe(connection: NatsConnection, subject: string, receive: (text: string) => void): void {
    const subscription = connection.subscribe(`${this.#options.prefix}.${subject}`, {
      callback: (error, message) => {
        if (error) {
          this.#options.onTrouble(`NATS ended the subscription to ${subject}: ${messageOf(error)}.`);
          return;
        }
        this.#received++;
        receive(message.string());
      },
    });
    this.#subscriptions.set(subject, subscription);
  }

  unsubscribe(subject: string): void {
    this.#listeners.delete(subject);
    this.#subscriptions.get(subject)?.unsubscribe();
    this.#subscriptions.delete(subject);
  }

  /** One round trip serves all who ask in one turn of the event loop. */
  confirm(): Promise<boolean> {
    this.#confirming ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#confirming = undefined;
        resolve(this.#flush());
      });
    });
    return this.#confirming;
  }

  async #flush(): Promise<boolean> {
    if (!this.#isUp || !this.#connection) return false;
    const deadline = Promise.withResolvers<false>();
    const timer = setTimeout(() => deadline.resolve(false), CONFIRM_WITHIN_MS);
    const flushed = this.#connection.flush().then(
      () => true,
      () => false,
    );
    const confirmed = await Promise.race([flushed, deadline.promise]);
    clearTimeout(timer);
    return confirmed;
  }

  onState(listener: (isUp: boolean) => void): void {
    this.#stateListeners.push(listener);
  }

  onMissed(): void {
    // What NATS loses it does not say: see `onState`.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeUp();
    await this.#flush();
    this.#isUp = false;
    this.#listeners.clear();
    await this.#connection?.close();
    await this.#following;
  }

  async #connectUntilUp(): Promise<void> {
    while (!this.#closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, RECONNECT_AFTER_MS + Math.random() * RECONNECT_JITTER_MS);
      this.#wakeUp = resolve;
      await promise;
      clearTimeout(timer);
      if (this.#closed || (await this.#connect()) === undefined) return;
    }
  }

  /**
   * Gives what went wrong, undefined where nothing did. The library's own waiting for the first connection cannot be
   * ended, so the first one is made here.
   */
  async #connect(): Promise<string | undefined> {
    let connection: NatsConnection;
    try {
      connection = await connect({
        ...natsAddress(this.#options.url),
        name: this.#options.name,
        noEcho: true,
        timeout: CONNECT_WITHIN_MS,
        pingInterval: PING_EVERY_MS,
        maxPingOut: PINGS_UNANSWERED_MAX,
        reconnectTimeWait: RECONNECT_AFTER_MS,
        reconnectJitter: RECONNECT_JITTER_MS,
        maxReconnectAttempts: -1,
        ignoreAuthErrorAbort: true,
      });
    } catch (error) {
      return messageOf(error);
    }
    if (this.#closed) {
      await connection.close();
      return undefined;
    }
    this.#connection = connection;
    for (const [subject, receive] of this.#listeners) this.#subscribe(connection, subject, receive);
    await connection.flush().catch(() => undefined);
    this.#turn(!connection.isClosed());
    this.#following = this.#follow(connection);
    return undefined;
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (this.#closed) return;
      if (status.type === 'disconnect') this.#turn(false);
      // The library has sent every subscription again by then; `onState` waits until NATS has them.
      if (status.type === 'reconnect') {
        await connection.flush().catch(() => undefined);
        this.#turn(!connection.isClosed());
      }
    }
  }

  #turn(isUp: boolean): void {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    if (!isUp) this.#options.onTrouble('NATS is lost. The node goes on alone until it is back.');
    for (const listener of this.#stateListeners) listener(isUp);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
