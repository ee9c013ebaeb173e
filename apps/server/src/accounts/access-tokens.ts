import { createPrivateKey, sign, timingSafeEqual } from 'node:crypto';
import { isUuid, LIMITS, Refusal, type SessionId, type UserId } from '@tpx/protocol';
import type { Caller } from './caller.ts';
import type { SigningKey, SigningKeys } from './signing-keys.ts';

/** Times in seconds since 1970. */
export type AccessClaims = Caller & { issuedAt: number; expiresAt: number };

const ISSUER = 'tpx';
/** How far another node's view of the common clock may be ahead. */
const CLOCK_SKEW_SECONDS = 60;
const TOKEN_MAX = 1_024;
/** header.claims.signature in base64url, the signature 64 bytes (RFC 7515, RFC 8037). */
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;
/** DER of a PKCS #8 Ed25519 private key up to its 32 bytes of seed (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** `header` is all that this key's tokens begin with, to the byte. */
type Signer = { header: string; sign(text: string): Buffer };

/** JWTs signed with EdDSA (spec AUTH-3), verified without the database. */
export class AccessTokens {
  readonly #keys: SigningKeys;
  readonly #now: () => number;
  readonly #signers = new Map<string, Signer>();

  constructor(keys: SigningKeys, now: () => number = Date.now) {
    this.#keys = keys;
    this.#now = now;
  }

  sign(caller: Caller, lifetimeSeconds: number = LIMITS.accessTokenSeconds): string {
    const { header, sign } = this.#signer(this.#keys.current('access'));
    const iat = Math.floor(this.#now() / 1000);
    const claims = {
      iss: ISSUER,
      sub: caller.userId,
      sid: caller.sessionId,
      iat,
      exp: iat + lifetimeSeconds,
    };
    const signed = `${header}.${encode(JSON.stringify(claims))}`;
    return `${signed}.${sign(signed).toString('base64url')}`;
  }

  /** Says nothing of whether the session still lives. @throws {Refusal} `unauthorized` */
  async verify(token: string): Promise<AccessClaims> {
    const claims = await this.#verify(token);
    const now = this.#now();
    // One that is from the future was signed before the common clock was put back: as good as expired (spec CLOCK-4).
    if (claims.expiresAt * 1000 <= now || claims.issuedAt * 1000 > now + CLOCK_SKEW_SECONDS * 1000) {
      throw new Refusal('unauthorized', 'The access token has expired. Refresh it.', {
        details: { reason: 'expired' },
      });
    }
    return claims;
  }

  async #verify(token: string): Promise<AccessClaims> {
    const [, header = '', payload = '', signature = ''] =
      token.length <= TOKEN_MAX ? (COMPACT.exec(token) ?? []) : [];
    const signer = await this.#signerOf(header);
    // Ed25519 signatures are deterministic (RFC 8032) and every node has the key: signing again and comparing takes a
    // fifth of what a verification takes, and a storm of joins is mostly this.
    if (
      !signer ||
      !timingSafeEqual(signer.sign(`${header}.${payload}`), Buffer.from(signature, 'base64url'))
    ) {
      throw invalid();
    }
    const claims = readClaims(payload);
    if (!claims) throw invalid();
    return claims;
  }

  /** A header is accepted when it is, to the byte, one that we write: it chooses the key and nothing else. */
  async #signerOf(header: string): Promise<Signer | undefined> {
    const kid = this.#kidOf(header);
    if (kid === undefined) return undefined;
    const key = this.#keys.known('access', kid) ?? (await this.#keys.find('access', kid));
    if (!key) return undefined;
    const signer = this.#signer(key);
    return signer.header === header ? signer : undefined;
  }

  #kidOf(header: string): string | undefined {
    for (const [kid, signer] of this.#signers) if (signer.header === header) return kid;
    return readKid(header);
  }

  #signer(key: SigningKey): Signer {
    let signer = this.#signers.get(key.kid);
    if (!signer) {
      const der = Buffer.concat([PKCS8_ED25519, key.secret]);
      const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      const header = encode(JSON.stringify({ alg: 'EdDSA', typ: 'JWT', kid: key.kid }));
      signer = { header, sign: (text) => sign(null, Buffer.from(text), privateKey) };
      this.#signers.set(key.kid, signer);
    }
    return signer;
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function readKid(header: string): string | undefined {
  const kid = readJson(header)?.kid;
  return typeof kid === 'string' ? kid : undefined;
}

function readClaims(payload: string): AccessClaims | undefined {
  const { iss, sub, sid, iat, exp } = readJson(payload) ?? {};
  if (iss !== ISSUER || typeof sub !== 'string' || typeof sid !== 'string' || !isUuid(sub) || !isUuid(sid))
    return undefined;
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return undefined;
  return {
    userId: sub as UserId,
    sessionId: sid as SessionId,
    issuedAt: iat as number,
    expiresAt: exp as number,
  };
}

function readJson(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** One answer for whatever is wrong, so that it helps nobody who tries. */
function invalid(): Refusal {
  return new Refusal('unauthorized', 'The access token is not valid. Log in again.', {
    details: { reason: 'invalid' },
  });
}
