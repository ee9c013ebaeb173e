import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SessionId } from '@tpx/protocol';
import type { SigningKeys } from './signing-keys.ts';

/**
 * A refresh token is base64url of session id (16 bytes), generation (4, big-endian), secret (32), and the first 16 bytes
 * of HMAC-SHA256 over these (spec AUTH-4). The MAC tells a token that we once gave out, whose second use means theft,
 * from an invention, which must log nobody out.
 */
export type RefreshToken = { text: string; sessionId: SessionId; generation: number };

const BODY_BYTES = 16 + 4 + 32;
const MAC_BYTES = 16;
const TEXT = /^[A-Za-z0-9_-]{91}$/;

export class RefreshTokens {
  readonly #keys: SigningKeys;

  constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  /** The first token of a session. */
  issue(sessionId: SessionId): RefreshToken {
    return compose(this.#keys.current('refresh').secret, sessionId, 0, randomBytes(32));
  }

  /** undefined for what no node of ours has given out. */
  parse(text: string): RefreshToken | undefined {
    if (!TEXT.test(text)) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    const body = bytes.subarray(0, BODY_BYTES);
    const given = bytes.subarray(BODY_BYTES);
    if (bytes.toString('base64url') !== text) return undefined;
    if (!this.#keys.all('refresh').some((key) => timingSafeEqual(macOf(key.secret, body), given)))
      return undefined;
    return { text, sessionId: readSessionId(body), generation: body.readUInt32BE(16) };
  }

  /** The token to put in this one's place. */
  successor(parent: RefreshToken): RefreshToken {
    return this.successorOf(parent.sessionId, parent.generation, hashOf(parent));
  }

  /** The same, by what the database keeps of the parent. */
  successorOf(sessionId: SessionId, generation: number, hash: Uint8Array): RefreshToken {
    return derive(this.#keys.current('refresh').secret, sessionId, generation, hash);
  }

  /** The successor that was given out for `parent` and has this hash, derived again: it is stored nowhere. */
  givenSuccessor(parent: RefreshToken, hash: Uint8Array): RefreshToken | undefined {
    // The key may have been rotated since.
    return this.#keys
      .all('refresh')
      .flatMap(({ secret }) => [
        derive(secret, parent.sessionId, parent.generation, hashOf(parent)),
        // As it was derived before tokens followed from hashes.
        derive(secret, parent.sessionId, parent.generation, parent.text),
      ])
      .find((token) => sameHash(hashOf(token), hash));
  }
}

/** What the database keeps of a token. */
export function hashOf(token: RefreshToken): Buffer {
  return createHash('sha256').update(token.text).digest();
}

export function sameHash(one: Uint8Array, other: Uint8Array | null): boolean {
  return other !== null && one.length === other.length && timingSafeEqual(one, other);
}

function derive(
  key: Uint8Array,
  sessionId: SessionId,
  generation: number,
  parent: Uint8Array | string,
): RefreshToken {
  const secret = createHmac('sha256', key).update('successor').update(parent).digest();
  return compose(key, sessionId, generation + 1, secret);
}

function compose(
  key: Uint8Array,
  sessionId: SessionId,
  generation: number,
  secret: Uint8Array,
): RefreshToken {
  const body = Buffer.alloc(BODY_BYTES);
  body.write(sessionId.replaceAll('-', ''), 0, 'hex');
  body.writeUInt32BE(generation, 16);
  body.set(secret, 20);
  return { text: Buffer.concat([body, macOf(key, body)]).toString('base64url'), sessionId, generation };
}

function macOf(key: Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES);
}

function readSessionId(body: Buffer): SessionId {
  const hex = body.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') as SessionId;
}
