import type { Database, Queries } from '../db/database.ts';

export type KeyPurpose = 'access' | 'refresh';
/** 32 random bytes: an Ed25519 seed (RFC 8032) for `access`, an HMAC-SHA256 key for `refresh`. */
export type SigningKey = { kid: string; secret: Uint8Array; active: boolean };

type Log = { warn(fields: object, message: string): void };
type KeyRow = { kid: string; purpose: KeyPurpose; secret: Uint8Array; active: boolean };

const PURPOSES = ['access', 'refresh'] as const;
const DAY_SECONDS = 86_400;
const ROTATE_AFTER_SECONDS = 30 * DAY_SECONDS;
/** A superseded key stays for what it has signed: the longest life of such a token and a day. */
const KEPT_SECONDS = { access: 600 + DAY_SECONDS, refresh: 30 * DAY_SECONDS + DAY_SECONDS } as const;
/**
 * A new key signs only after every node has had the time to load it. One for refresh tokens waits for as long as such a
 * token lives: every backup that is not older than that then holds the keys of all tokens given out since, so a device stays
 * signed in when it is restored (spec AUTH-4).
 */
const ACTIVE_AFTER_SECONDS = { access: 120, refresh: 30 * DAY_SECONDS } as const;
const RELOAD_EVERY_MS = 30_000;
/** Tokens with an invented `kid` cost at most one query in this time (spec AUTH-7). */
const RELOAD_AT_MOST_EVERY_MS = 2_000;
/** Any fixed number: nodes make keys one after the other. */
const ADVISORY_LOCK = 7_239_002;

/** The keys that all nodes of a cluster share, newest first, as of the last reload. */
export class SigningKeys {
  readonly #database: Database;
  readonly #log: Log;
  readonly #now: () => number;
  #keys: Record<KeyPurpose, SigningKey[]> = { access: [], refresh: [] };
  #reloadedAt = Number.NEGATIVE_INFINITY;
  #reloading: Promise<void> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(database: Database, log: Log, now: () => number) {
    this.#database = database;
    this.#log = log;
    this.#now = now;
  }

  /** Makes the first keys where there are none. `close` ends the reloading in the background. */
  static async open(database: Database, log: Log, now: () => number = Date.now): Promise<SigningKeys> {
    const keys = new SigningKeys(database, log, now);
    await keys.reload();
    keys.#timer = setInterval(
      () => void keys.reload().catch((err) => log.warn({ err }, 'keys not reloaded')),
      RELOAD_EVERY_MS,
    );
    keys.#timer.unref();
    return keys;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The key to sign with. */
  current(purpose: KeyPurpose): SigningKey {
    const keys = this.#keys[purpose];
    const key = keys.find((candidate) => candidate.active) ?? keys.at(-1);
    if (!key) throw new Error(`There is no key for ${purpose} tokens.`);
    return key;
  }

  all(purpose: KeyPurpose): readonly SigningKey[] {
    return this.#keys[purpose];
  }

  known(purpose: KeyPurpose, kid: string): SigningKey | undefined {
    return this.#keys[purpose].find((key) => key.kid === kid);
  }

  /** The key of this id, after asking the database where it is not known here and that has not just been done. */
  async find(purpose: KeyPurpose, kid: string): Promise<SigningKey | undefined> {
    const known = this.known(purpose, kid);
    if (known || this.#now() - this.#reloadedAt < RELOAD_AT_MOST_EVERY_MS) return known;
    try {
      await this.reload();
    } catch (err) {
      this.#log.warn({ err }, 'keys not reloaded');
    }
    return this.known(purpose, kid);
  }

  /** Also makes the next key when the newest is old, and removes those that nothing valid is signed with any more. */
  reload(): Promise<void> {
    this.#reloadedAt = this.#now();
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    let rows = await readKeys(this.#database);
    if (PURPOSES.some((purpose) => needsKey(rows, purpose))) {
      rows = await this.#database.transaction(rotate);
    }
    const of = (purpose: KeyPurpose) => rows.filter((row) => row.purpose === purpose).map(toKey);
    this.#keys = { access: of('access'), refresh: of('refresh') };
  }
}

type FreshRow = KeyRow & { due: boolean };

function readKeys(queries: Queries): Promise<FreshRow[]> {
  return queries.query<FreshRow>(
    `SELECT kid, purpose, secret,
            created_at < now() - make_interval(secs => CASE purpose WHEN 'refresh' THEN $1 ELSE $2 END) AS active,
            created_at < now() - make_interval(secs => $3) AS due
     FROM signing_keys ORDER BY created_at DESC, kid`,
    [ACTIVE_AFTER_SECONDS.refresh, ACTIVE_AFTER_SECONDS.access, ROTATE_AFTER_SECONDS],
  );
}

function needsKey(rows: readonly FreshRow[], purpose: KeyPurpose): boolean {
  return rows.find((row) => row.purpose === purpose)?.due ?? true;
}

/** Under a lock and with a second look, so that nodes which start together end with the same keys. */
async function rotate(tx: Queries): Promise<FreshRow[]> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
  const rows = await readKeys(tx);
  for (const purpose of PURPOSES) {
    if (!needsKey(rows, purpose)) continue;
    await tx.query('INSERT INTO signing_keys (kid, purpose, secret) VALUES ($1, $2, $3)', [
      Bun.randomUUIDv7().replaceAll('-', ''),
      purpose,
      crypto.getRandomValues(new Uint8Array(32)),
    ]);
    await tx.query(
      `DELETE FROM signing_keys old WHERE old.purpose = $1 AND EXISTS (
         SELECT 1 FROM signing_keys newer WHERE newer.purpose = old.purpose
           AND newer.created_at > old.created_at
           AND newer.created_at + clock_allowance(newer.created_at) < now() - make_interval(secs => $2))`,
      [purpose, KEPT_SECONDS[purpose] + ACTIVE_AFTER_SECONDS[purpose]],
    );
  }
  return readKeys(tx);
}

function toKey(row: KeyRow): SigningKey {
  return { kid: row.kid, secret: row.secret, active: row.active };
}
