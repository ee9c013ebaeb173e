import { type MessageObject, Refusal, type RefusalCode } from '@tpx/protocol';
import { type Clock, wait } from '../platform.ts';
import type { NewMessage } from '../rest/message-calls.ts';
import { retryDelayMs } from '../socket/backoff.ts';
import type { Storage } from '../storage/storage.ts';
import { deleteAll, readJson, writeJson } from '../storage/stored-json.ts';
import { isRetryable } from '../trouble.ts';

/**
 * A fault of the server's own may pass (a node that is replaced), or be this message's for ever: after so many tries it
 * has failed, and those behind it go on.
 */
const FAULTS_MAX = 6;

/** A message that the server has not acknowledged. `failed`: refused for good, waits for `resend` or `discard`. */
export type OutboxEntry = {
  client_id: string;
  /** Ascending in the order of sending. */
  order: number;
  created_at: string;
  message: Omit<NewMessage, 'client_id'>;
  state: 'sending' | 'failed';
  error?: { code: RefusalCode | 'removed'; message: string };
};

export type OutboxOptions = {
  topic: string;
  storage: Storage;
  clock: Clock;
  random: () => number;
  /** One attempt. @throws {Refusal} @throws {NetworkError} */
  push: (entry: OutboxEntry) => Promise<MessageObject>;
  onChange: (entry: OutboxEntry, acknowledged?: MessageObject) => void;
};

/**
 * What this device has to send to one conversation (rule SDK-5): stored before the first attempt, one in flight at a
 * time so that the order holds, repeated with the same `client_id` until the server has acknowledged or refused it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #entries: OutboxEntry[] = [];
  readonly #storing = new Map<string, Promise<void>>();
  #online = false;
  #pumping = false;
  /** How often the server has answered `internal` to the message that is being sent. */
  #faults = 0;
  #wake: () => void = () => undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  async load(): Promise<void> {
    const { storage } = this.#options;
    const keys = await storage.list(this.#key(''));
    const stored = await Promise.all(keys.map((key) => readJson<OutboxEntry>(storage, key)));
    this.#entries = stored.filter((entry) => entry !== undefined).sort((a, b) => a.order - b.order);
  }

  setOnline(online: boolean): void {
    this.#online = online;
    this.#wake();
    void this.#pump();
  }

  /** Resolves when the message is stored on this device: from then on it will be sent, whatever happens. */
  async add(clientId: string, message: Omit<NewMessage, 'client_id'>): Promise<OutboxEntry> {
    const now = this.#options.clock.now();
    const entry: OutboxEntry = {
      client_id: clientId,
      order: this.#nextOrder(),
      created_at: new Date(now).toISOString(),
      message,
      state: 'sending',
    };
    this.#entries.push(entry);
    this.#options.onChange(entry);
    try {
      await this.#store(entry);
    } catch (error) {
      this.#entries = this.#entries.filter((other) => other !== entry);
      throw error;
    }
    void this.#pump();
    return entry;
  }

  /** A failed message again, after those that wait. */
  async resend(clientId: string): Promise<void> {
    const entry = this.#find(clientId);
    if (entry?.state !== 'failed') return;
    const again: OutboxEntry = { ...entry, state: 'sending', order: this.#nextOrder() };
    delete again.error;
    this.#entries = [...this.#entries.filter((other) => other !== entry), again];
    this.#options.onChange(again);
    await this.#store(again);
    void this.#pump();
  }

  /** Only what failed can be taken back: what is being sent may have arrived. */
  async discard(clientId: string): Promise<boolean> {
    if (this.#find(clientId)?.state !== 'failed') return false;
    await this.#remove(clientId);
    return true;
  }

  /** The message came back through the log; the reply to it may be lost. */
  async acknowledge(message: MessageObject): Promise<void> {
    const entry = message.client_id === null ? undefined : this.#find(message.client_id);
    if (entry) await this.#acknowledged(entry, message);
  }

  async #acknowledged(entry: OutboxEntry, message: MessageObject): Promise<void> {
    if (!this.#entries.includes(entry)) return;
    const removed = this.#remove(entry.client_id);
    this.#options.onChange(entry, message);
    await removed;
  }

  /** The conversation is gone for this user: what waits can't be sent any more. */
  async abandon(message: string): Promise<void> {
    const waiting = this.#entries;
    this.#online = false;
    this.#entries = [];
    for (const entry of waiting) {
      this.#options.onChange({ ...entry, state: 'failed', error: { code: 'removed', message } });
    }
    await deleteAll(this.#options.storage, this.#key(''));
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let attempt = 0; this.#online; ) {
        const entry = this.#entries.find(({ state }) => state === 'sending');
        if (!entry) return;
        attempt = (await this.#attempt(entry, attempt)) ? 0 : attempt + 1;
        if (attempt === 0) this.#faults = 0;
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** True when the entry is dealt with, acknowledged or failed for good. */
  async #attempt(entry: OutboxEntry, attempt: number): Promise<boolean> {
    try {
      await this.#storing.get(entry.client_id);
      await this.#acknowledged(entry, await this.#options.push(entry));
      return true;
    } catch (error) {
      // Acknowledged meanwhile through the log, or could not be stored and was taken back.
      if (!this.#entries.includes(entry)) return true;
      if (!isRetryable(error) || this.#isLastFault(error)) {
        const code = error instanceof Refusal ? error.code : 'internal';
        await this.#fail(entry, code, (error as Error).message);
        return true;
      }
      const told = error instanceof Refusal ? error.retryAfterMs : undefined;
      if (this.#online) await this.#pause(told ?? retryDelayMs(attempt, this.#options.random));
      return false;
    }
  }

  #isLastFault(error: unknown): boolean {
    if (!(error instanceof Refusal) || error.code !== 'internal') return false;
    return ++this.#faults >= FAULTS_MAX;
  }

  /** Until the time has passed, or the connection has changed. */
  async #pause(ms: number): Promise<void> {
    const changed = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([wait(this.#options.clock, ms), changed]);
  }

  async #fail(entry: OutboxEntry, code: RefusalCode, message: string): Promise<void> {
    const failed: OutboxEntry = { ...entry, state: 'failed', error: { code, message } };
    this.#entries = this.#entries.map((other) => (other === entry ? failed : other));
    this.#options.onChange(failed);
    // Where it can't be stored, the next start tries the message again and hears the same.
    await this.#store(failed).catch(() => undefined);
  }

  async #remove(clientId: string): Promise<void> {
    this.#entries = this.#entries.filter((entry) => entry.client_id !== clientId);
    await this.#options.storage.delete(this.#key(clientId));
  }

  #store(entry: OutboxEntry): Promise<void> {
    const storing = writeJson(this.#options.storage, this.#key(entry.client_id), entry);
    const settled = storing.finally(() => this.#storing.delete(entry.client_id));
    settled.catch(() => undefined);
    this.#storing.set(entry.client_id, settled);
    return storing;
  }

  #find(clientId: string): OutboxEntry | undefined {
    return this.#entries.find((entry) => entry.client_id === clientId);
  }

  #nextOrder(): number {
    return Math.max(this.#options.clock.now(), ...this.#entries.map(({ order }) => order + 1));
  }

  #key(clientId: string): string {
    return `outbox/${this.#options.topic}/${clientId}`;
  }
}
