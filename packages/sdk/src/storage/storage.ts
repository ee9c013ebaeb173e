/**
 * Where a device keeps what must outlive the process: tokens, the outbox, the cache of history. An adapter
 *
 * - **STORE-1** MUST have stored the value for good when the promise of `set` resolves, so that it is there after a crash.
 * - **STORE-2** MUST make `set` all or nothing: a crash leaves the old value or the new one.
 * - **STORE-3** MUST return from `get` what the last resolved `set` stored, and undefined for what was never set or was deleted.
 * - **STORE-4** MUST keep the order of calls on one key: the last call wins.
 * - **STORE-5** MUST list exactly the present keys that begin with the prefix, in any order.
 * - **STORE-6** MUST take any string as a key and as a value, and a `delete` of what is not there.
 */
export type Storage = {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(prefix: string): Promise<string[]>;
};
