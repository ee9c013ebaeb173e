import { timingSafeEqual } from 'node:crypto';
import type { Bus, BusTraffic } from './bus.ts';
import type { BusKeys } from './bus-keys.ts';
import { KnownSenders } from './known-senders.ts';

type Deps = {
  bus: Bus;
  nodeId: string;
  keys: BusKeys;
  /** Nodes that are connected to PostgreSQL now. */
  alive(): Promise<readonly string[]>;
  /** A sentence for anyone who runs the node. */
  onTrouble(sentence: string): void;
};

const WARN_EVERY_MS = 60_000;
/** Bytes of an HMAC-SHA256 as base64url. */
const MAC_CHARACTERS = 43;
const HEAD = /^([^ \n]{1,64}) ([^ \n]{1,64}) (\d{1,16}) ([\w-]{43})$/;
/** The longest that `HEAD` takes. */
const HEAD_CHARACTERS_MAX = 64 + 1 + 64 + 1 + 16 + 1 + MAC_CHARACTERS;

/**
 * A bus that takes nothing but what nodes of this cluster have published, each line once: anyone who reaches NATS could
 * otherwise put words into anybody's mouth (spec CLU-40, CLU-41). A line is `<key> <node> <number> <mac>`, a line break, and
 * what was published.
 */
export class AuthenticatedBus implements Bus {
  readonly #deps: Deps;
  readonly #senders: KnownSenders;
  readonly #listeners = new Map<string, (text: string) => void>();
  readonly #missedListeners: (() => void)[] = [];
  #published = 0;
  #refused = 0;
  #refusedAtWarning = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#senders = new KnownSenders({ alive: () => deps.alive(), missed: () => this.#missed() });
    deps.bus.onMissed(() => this.#missed());
  }

  get isUp(): boolean {
    return this.#deps.bus.isUp;
  }

  get traffic(): BusTraffic {
    return { ...this.#deps.bus.traffic, refused: this.#refused };
  }

  publish(subject: string, text: string): void {
    const { bus, keys, nodeId } = this.#deps;
    if (!bus.isUp) return;
    const key = keys.current();
    const head = `${nodeId} ${++this.#published}`;
    bus.publish(subject, `${key.kid} ${head} ${key.mac(subject, head, text).toString('base64url')}\n${text}`);
  }

  subscribe(subject: string, receive: (text: string) => void): void {
    this.#listeners.set(subject, receive);
    this.#deps.bus.subscribe(subject, (line) => this.#receive(subject, line, receive));
  }

  #receive(subject: string, line: string, receive: (text: string) => void): void {
    const opened = open(line);
    // A node is not brought what it published itself, so that is a recorded line.
    const isOwn = opened?.sender === this.#deps.nodeId;
    if (!opened || isOwn || !this.#isTaken(subject, opened, receive)) this.#refuse();
  }

  #isTaken(subject: string, opened: Opened, receive: (text: string) => void): boolean {
    const { kid, sender, number, mac, text } = opened;
    const key = this.#deps.keys.known(kid);
    if (!key) {
      this.#findKey(kid);
      return false;
    }
    const expected = key.mac(subject, `${sender} ${number}`, text);
    if (!timingSafeEqual(expected, Buffer.from(mac, 'base64url'))) return false;
    const verdict = this.#senders.take(sender, Number(number));
    if (verdict === 'unknown') {
      const receiveLater = () => {
        if (this.#listeners.get(subject) === receive) receive(text);
      };
      return this.#senders.wait(sender, {
        number: Number(number),
        characters: text.length,
        receive: receiveLater,
      });
    }
    if (verdict) receive(text);
    return verdict;
  }

  /** A key that is in the database was made while this node could not read it: what it signed is looked for there. */
  #findKey(kid: string): void {
    void this.#deps.keys.find(kid).then((key) => key && this.#missed());
  }

  #refuse(): void {
    this.#refused++;
    const now = performance.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    const count = this.#refused - this.#refusedAtWarning;
    this.#refusedAtWarning = this.#refused;
    this.#deps.onTrouble(
      `NATS brought ${count} lines that no living node of this cluster has sent. They are dropped. Let nobody else reach NATS: see docs/scaling.md.`,
    );
  }

  #missed(): void {
    for (const listener of this.#missedListeners) listener();
  }

  unsubscribe(subject: string): void {
    this.#listeners.delete(subject);
    this.#deps.bus.unsubscribe(subject);
  }

  confirm(): Promise<boolean> {
    return this.#deps.bus.confirm();
  }

  onState(listener: (isUp: boolean) => void): void {
    this.#deps.bus.onState(listener);
  }

  onMissed(listener: () => void): void {
    this.#missedListeners.push(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#senders.close();
    await this.#deps.bus.close();
  }
}

type Opened = { kid: string; sender: string; number: string; mac: string; text: string };

function open(line: string): Opened | undefined {
  const end = line.indexOf('\n');
  if (end < 0 || end > HEAD_CHARACTERS_MAX) return undefined;
  const [, kid, sender, number, mac] = HEAD.exec(line.slice(0, end)) ?? [];
  if (!kid || !sender || !number || !mac) return undefined;
  return { kid, sender, number, mac, text: line.slice(end + 1) };
}
