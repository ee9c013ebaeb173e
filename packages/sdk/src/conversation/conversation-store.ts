import type { ConversationObject, ReceiptObject } from '@tpx/protocol';
import type { Clock } from '../platform.ts';
import type { Storage } from '../storage/storage.ts';
import { readJson, writeJson } from '../storage/stored-json.ts';
import type { HeldMessage } from './apply-event.ts';
import type { GoneMessage } from './gone-messages.ts';

/** What a device holds of one conversation, in one value: `last_seq` and the messages are never apart. */
export type StoredConversation = {
  about: ConversationObject;
  last_seq: number | undefined;
  /** Which event is at `last_seq`; what earlier versions stored has none. */
  last_id?: string | undefined;
  read_seq: number;
  delivered_seq: number;
  receipts: ReceiptObject[];
  messages: HeldMessage[];
  /** What the server does not have any more. */
  gone?: GoneMessage[];
};

const CONVERSATIONS = 'conversation/';

/**
 * Writes are gathered for this long: in a busy room the cache would be written for every message. What a crash loses of
 * it is still with the server, and `last_seq` with it.
 */
const GATHER_MS = 1_000;

export class ConversationStore {
  readonly #storage: Storage;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #snapshot: () => StoredConversation;
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #removed = false;

  constructor(storage: Storage, topic: string, clock: Clock, snapshot: () => StoredConversation) {
    this.#storage = storage;
    this.#key = CONVERSATIONS + topic;
    this.#clock = clock;
    this.#snapshot = snapshot;
  }

  changed(): void {
    this.#cancel ??= this.#clock.after(GATHER_MS, () => void this.flush());
  }

  /** What has changed is stored when this resolves. A cache that can't be written is only a slower next start. */
  flush(): Promise<void> {
    if (this.#cancel) {
      this.#cancel();
      this.#cancel = undefined;
      if (!this.#removed) {
        this.#writing = writeJson(this.#storage, this.#key, this.#snapshot()).catch(() => undefined);
      }
    }
    return this.#writing;
  }

  async remove(): Promise<void> {
    this.#removed = true;
    this.#cancel?.();
    await this.#storage.delete(this.#key);
  }
}

export async function loadConversations(storage: Storage): Promise<StoredConversation[]> {
  const keys = await storage.list(CONVERSATIONS);
  const stored = await Promise.all(keys.map((key) => readJson<StoredConversation>(storage, key)));
  return stored.filter((one) => one !== undefined).map(withLastId);
}

/** Of an earlier version: where the newest event is a message, it is known which one it was. */
function withLastId(stored: StoredConversation): StoredConversation {
  if (stored.last_id !== undefined) return stored;
  const newest = stored.messages.at(-1)?.message;
  return newest?.seq === stored.last_seq ? { ...stored, last_id: newest?.id } : stored;
}
