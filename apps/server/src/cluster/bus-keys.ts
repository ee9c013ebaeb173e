/** A key of the cluster for lines on the bus. */
export type BusKey = {
  readonly kid: string;
  /** Authenticates a line: where it goes, who sent it as which of its lines, what it says. */
  mac(subject: string, head: string, text: string): Buffer;
};

type SharedKey = { readonly kid: string; readonly secret: Uint8Array };

/** The keys that all nodes read from PostgreSQL (`SigningKeys`), by which they know each other's lines. */
export type SharedKeys = {
  current(purpose: 'refresh'): SharedKey;
  known(purpose: 'refresh', kid: string): SharedKey | undefined;
  /** Reads them again where this one is not known, at most once in a while. */
  find(purpose: 'refresh', kid: string): Promise<SharedKey | undefined>;
};

/** Keeps the keys of the bus apart from those of tokens, which they are derived from. */
const CONTEXT = 'tpx bus lines 1';

/**
 * Keys for lines on the bus, derived from the cluster's keys for refresh tokens: random, secret, the same on all nodes,
 * renewed every 30 days, and an old one is known for as long as anybody may use it.
 */
export class BusKeys {
  readonly #shared: SharedKeys;
  readonly #derived = new Map<string, BusKey>();

  constructor(shared: SharedKeys) {
    this.#shared = shared;
  }

  current(): BusKey {
    return this.#derive(this.#shared.current('refresh'));
  }

  known(kid: string): BusKey | undefined {
    const key = this.#shared.known('refresh', kid);
    return key && this.#derive(key);
  }

  /** The key after a look into the database. */
  async find(kid: string): Promise<BusKey | undefined> {
    const key = await this.#shared.find('refresh', kid);
    return key && this.#derive(key);
  }

  #derive({ kid, secret }: SharedKey): BusKey {
    const known = this.#derived.get(kid);
    if (known) return known;
    const derived = new Bun.CryptoHasher('sha256', secret).update(CONTEXT).digest();
    // HMAC-SHA256 with its key taken in already: a copy costs 0.9 us a line of 400 characters, a new one 1.3.
    const hasher = new Bun.CryptoHasher('sha256', derived);
    const key: BusKey = {
      kid,
      mac: (subject, head, text) => hasher.copy().update(`${subject}\n${head}\n`).update(text).digest(),
    };
    this.#derived.set(kid, key);
    return key;
  }
}
