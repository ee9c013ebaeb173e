import type { AuditHead } from '@tpx/protocol';
import type { Storage } from '../storage/storage.ts';
import { readJson, writeJson } from '../storage/stored-json.ts';
import type { WitnessedHead } from './compare-audit.ts';

/** Per group, of this device's own and of shared ones each. Several tell between which entries a log was changed. */
const HEADS_MAX = 16;

type Stored = {
  /** Shared heads of before were given up by the person; ISO 8601, empty at first. */
  since: string;
  heads: WitnessedHead[];
};

/** What this device has seen of audit logs, for as long as it is signed in (spec AUDIT-6). */
export class AuditWitness {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async heads(groupId: string): Promise<WitnessedHead[]> {
    return (await this.#read(groupId)).heads;
  }

  /**
   * Adds heads that are new. Past 16 the oldest go, of shared ones for themselves: what the server says that others shared,
   * and when, must not push out what this device saw.
   */
  async remember(groupId: string, heads: readonly WitnessedHead[]): Promise<void> {
    const { since, heads: known } = await this.#read(groupId);
    const all = [...known];
    for (const head of heads) {
      const isOwn = head.shared_by === null;
      const same = all.findIndex((one) => isSame(one, head));
      // What a device has seen itself counts as that, no matter who shared it before.
      if (same !== -1 && isOwn && all[same]?.shared_by !== null) all[same] = head;
      else if (same === -1 && (isOwn || head.at > since)) all.push(head);
    }
    if (all.every((head, index) => head === known[index])) return;
    all.sort((a, b) => (a.at < b.at ? -1 : 1));
    const own = all.filter(({ shared_by }) => shared_by === null).slice(-HEADS_MAX);
    const shared = all.filter(({ shared_by }) => shared_by !== null).slice(-HEADS_MAX);
    await this.#write(groupId, { since, heads: [...own, ...shared] });
  }

  /** Takes a log as it is now, and gives up everything that was seen or shared before. */
  async accept(groupId: string, now: WitnessedHead | undefined): Promise<void> {
    // What others shared carries the server's time, which may be ahead of this device's.
    const times = [new Date().toISOString(), ...(await this.heads(groupId)).map(({ at }) => at)];
    await this.#write(groupId, { since: times.sort().at(-1) ?? '', heads: now ? [now] : [] });
  }

  async #read(groupId: string): Promise<Stored> {
    const stored = await readJson<Stored>(this.#storage, keyOf(groupId));
    return Array.isArray(stored?.heads) ? stored : { since: '', heads: [] };
  }

  #write(groupId: string, stored: Stored): Promise<void> {
    return writeJson(this.#storage, keyOf(groupId), stored);
  }
}

function keyOf(groupId: string): string {
  return `audit/${groupId}`;
}

function isSame(a: AuditHead, b: AuditHead): boolean {
  return a.count === b.count && a.hash === b.hash;
}
