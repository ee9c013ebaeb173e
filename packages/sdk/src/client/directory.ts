import type { UserObject } from '@tpx/protocol';
import type { Clock } from '../platform.ts';
import type { Rest } from '../rest/rest.ts';
import type { Storage } from '../storage/storage.ts';
import { readJson, writeJson } from '../storage/stored-json.ts';
import { TAKEN } from '../untrusted/limits.ts';

type Known = { user: UserObject; at: number };

const KEY = 'people';
const KNOWN_MAX = 2_000;
/** Names change rarely; what is older is shown at once and asked for again. */
const FRESH_MS = 10 * 60_000;

/** Who the ids are: profiles of other people, asked for once and kept on this device. */
export class Directory {
  readonly #rest: Rest;
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #onLearned: (user: UserObject) => void;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<UserObject>>();
  #dirty = false;

  constructor(rest: Rest, storage: Storage, clock: Clock, onLearned: (user: UserObject) => void) {
    this.#rest = rest;
    this.#storage = storage;
    this.#clock = clock;
    this.#onLearned = onLearned;
  }

  async load(): Promise<void> {
    const stored = (await readJson<Known[]>(this.#storage, KEY)) ?? [];
    for (const known of stored) this.#known.set(known.user.id, known);
  }

  async flush(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    await writeJson(this.#storage, KEY, [...this.#known.values()].slice(-KNOWN_MAX)).catch(() => undefined);
  }

  /** Everybody whom this device has met, whom it met last at the end. */
  get all(): UserObject[] {
    return [...this.#known.values()].map(({ user }) => user);
  }

  /** What is known now, without asking. */
  peek(id: string): UserObject | undefined {
    return this.#known.get(id)?.user;
  }

  learn(user: UserObject): void {
    const before = this.#known.get(user.id)?.user;
    this.#known.delete(user.id);
    this.#known.set(user.id, { user, at: this.#clock.now() });
    if (this.#known.size > TAKEN.profilesMax) this.#forgetOldest();
    this.#dirty = true;
    if (before?.updated_at !== user.updated_at) this.#onLearned(user);
  }

  #forgetOldest(): void {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  /** What is known at once, though it be old; else the server's answer. @throws {Refusal} @throws {NetworkError} */
  async get(id: string): Promise<UserObject> {
    const known = this.#known.get(id);
    if (!known) return await this.#ask(id);
    if (this.#clock.now() - known.at > FRESH_MS) this.#ask(id).catch(() => undefined);
    return known.user;
  }

  /** By id, user name or PIN, always asked. @throws {Refusal} @throws {NetworkError} */
  find(ref: string): Promise<UserObject> {
    return this.#ask(ref);
  }

  #ask(ref: string): Promise<UserObject> {
    let asking = this.#asking.get(ref);
    if (!asking) {
      asking = this.#rest.users.get(ref).then(({ user }) => {
        this.learn(user);
        return user;
      });
      this.#asking.set(ref, asking);
      const done = () => this.#asking.delete(ref);
      asking.then(done, done);
    }
    return asking;
  }
}
