import { Refusal } from '@tpx/protocol';

/** OWASP's second choice for argon2id: 19 MiB, 2 passes; about 20 ms of a core (docs/benchmarks.md). */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;
/** Computed at once and waiting, over all accounts; past it the node says that it is busy, before memory does. */
const AT_ONCE = 4;
const WAITING_MAX = 200;

let running = 0;
const waiting: (() => void)[] = [];
let decoy: Promise<string> | undefined;

/** The same characters typed on another keyboard are the same password (RFC 8265 section 4 asks for a normal form). */
const normal = (password: string) => password.normalize('NFKC');

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => Bun.password.hash(normal(password), ARGON2ID));
}

/**
 * Whether it is the password of `hash`. For null, nobody's, it costs the same time and is false, so that the time of an
 * answer does not tell which usernames exist (spec AUTH-2).
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  // Not in turn: a refusal for being busy would be kept for good.
  decoy ??= Bun.password.hash(crypto.randomUUID(), ARGON2ID);
  const against = hash ?? (await decoy);
  const right = await inTurn(() => Bun.password.verify(normal(password), against));
  return right && hash !== null;
}

/** @throws {Refusal} `unavailable` where too many wait already */
async function inTurn<T>(compute: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_MAX) {
      throw new Refusal('unavailable', 'Too many people are logging in right now. Try again shortly.', {
        retryAfterMs: 2_000,
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await compute();
  } finally {
    const next = waiting.shift();
    // The place is handed over, not freed: a newcomer can't slip in before the one who waits.
    if (next) next();
    else running -= 1;
  }
}
