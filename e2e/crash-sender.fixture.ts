import { type Person, signInAgain, type TestServer, until } from '@tpx/testkit';

/** Messages of one sender that wait for their acknowledgement at a time. */
const WINDOW = 4;
const RECONNECT_MS = 20;
/** Access tokens live for ten minutes; a soak for an hour. */
const TOKEN_KEPT_MS = 8 * 60_000;

type Reply = { status: 'ok' | 'error'; response: { message?: { seq: number } } };

/**
 * Somebody who sends and sends: every message under a client_id of its own, in order, a few at a time, and again after
 * each reconnect for as long as it is not acknowledged.
 */
export class CrashSender {
  readonly userId: string;
  /** The `seq` that message n was acknowledged with. */
  readonly acknowledged = new Map<number, number>();
  readonly refusals: string[] = [];
  readonly #server: TestServer;
  readonly #topic: string;
  readonly #pauseMs: () => number;
  #person: Person;
  #signedInAt = performance.now();
  #socket: WebSocket | undefined;
  #joined = false;
  #next = 0;
  /** Sent, not acknowledged, in order. */
  readonly #waiting = new Set<number>();
  #running = true;
  #isFilling = true;

  constructor(server: TestServer, person: Person, groupId: string, pauseMs: () => number) {
    this.#server = server;
    this.#person = person;
    this.userId = person.user.id;
    this.#topic = `group:${groupId}`;
    this.#pauseMs = pauseMs;
    void this.#connect();
  }

  /** How many messages it has sent at least once. */
  get sent(): number {
    return this.#next;
  }

  async #connect(): Promise<void> {
    if (!this.#running) return;
    this.#joined = false;
    if (performance.now() - this.#signedInAt > TOKEN_KEPT_MS) {
      try {
        this.#person = await signInAgain(this.#server, this.#person);
        this.#signedInAt = performance.now();
      } catch {
        this.#reconnect();
        return;
      }
    }
    const { access_token } = this.#person.tokens;
    const url = `${this.#server.url.replace('http', 'ws')}/socket/websocket?vsn=2.0.0&token=${access_token}`;
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => this.#push('join', 'phx_join', {});
    socket.onmessage = ({ data }) => this.#onFrame(String(data));
    socket.onclose = () => {
      if (this.#socket === socket) this.#reconnect();
    };
  }

  #reconnect(): void {
    this.#joined = false;
    if (this.#running) setTimeout(() => void this.#connect(), RECONNECT_MS);
  }

  #onFrame(text: string): void {
    const [, ref, , event, payload] = JSON.parse(text) as [unknown, string | null, string, string, Reply];
    if (event !== 'phx_reply' || ref === null) return;
    if (payload.status !== 'ok') {
      // `unavailable` while the node or its database goes down; the message is sent again after the reconnect.
      this.refusals.push(JSON.stringify(payload.response));
      this.#socket?.close();
      return;
    }
    if (ref === 'join') {
      this.#joined = true;
      for (const number of this.#waiting) this.#send(number);
      this.#fill();
      return;
    }
    const number = Number(ref);
    const seq = payload.response.message?.seq;
    if (seq === undefined || !this.#waiting.delete(number)) return;
    this.acknowledged.set(number, seq);
    setTimeout(() => this.#fill(), this.#pauseMs());
  }

  #fill(): void {
    while (this.#isFilling && this.#joined && this.#waiting.size < WINDOW) {
      const number = this.#next++;
      this.#waiting.add(number);
      this.#send(number);
    }
  }

  #send(number: number): void {
    const content = { text: `message ${number}` };
    this.#push(String(number), 'message', { client_id: `crash-${number}`, type: 'text', content });
  }

  #push(ref: string, event: string, payload: object): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify(['1', ref, this.#topic, event, payload]));
  }

  /** Sends nothing new; what waits is still sent again until it is acknowledged. */
  async finish(): Promise<void> {
    this.#isFilling = false;
    await until(() => this.#waiting.size === 0, { what: 'the last acknowledgements', timeoutMs: 30_000 });
    this.close();
  }

  close(): void {
    this.#running = false;
    this.#socket?.close();
  }
}
