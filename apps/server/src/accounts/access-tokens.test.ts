import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { SessionId, UserId } from '@tpx/protocol';
import { jwtVerify } from 'jose';
import { AccessTokens } from './access-tokens.ts';
import { openAccounts, refusalOf, type TestAccounts } from './accounts.fixture.ts';

const caller = { userId: Bun.randomUUIDv7() as UserId, sessionId: Bun.randomUUIDv7() as SessionId };
let accounts: TestAccounts;
let tokens: AccessTokens;
let token: string;

beforeAll(async () => {
  accounts = await openAccounts();
  tokens = accounts.accessTokens;
  token = tokens.sign(caller);
});
afterAll(() => accounts[Symbol.asyncDispose]());

const b64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const part = (index: number) => token.split('.')[index] ?? '';
const read = (index: number) => JSON.parse(Buffer.from(part(index), 'base64url').toString());
const ourKey = () =>
  createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      accounts.keys.current('access').secret,
    ]),
    format: 'der',
    type: 'pkcs8',
  });

/** Every forgery is also tried on a verifier that has seen the real token. */
async function expectInvalid(forged: string): Promise<void> {
  await tokens.verify(token);
  for (const verifier of [tokens, new AccessTokens(accounts.keys)]) {
    expect(await refusalOf(verifier.verify(forged))).toMatchObject({
      code: 'unauthorized',
      reason: 'invalid',
    });
  }
}

test('AUTH-3 a token gives back its caller and lives 600 s', async () => {
  expect(await tokens.verify(token)).toMatchObject(caller);
  const { expiresAt, issuedAt } = await tokens.verify(token);
  expect(expiresAt - issuedAt).toBe(600);
});

test('AUTH-3 a token is a JWT that another implementation verifies', async () => {
  const { kid } = accounts.keys.current('access');
  const { payload, protectedHeader } = await jwtVerify(token, createPublicKey(ourKey()), { issuer: 'tpx' });
  expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'JWT', kid });
  expect(payload).toMatchObject({ sub: caller.userId, sid: caller.sessionId });
});

test('AUTH-3 alg none is refused, with and without a signature', async () => {
  for (const alg of ['none', 'None', 'NONE']) {
    const header = b64({ alg, typ: 'JWT', kid: read(0).kid });
    await expectInvalid(`${header}.${part(1)}.`);
    await expectInvalid(`${header}.${part(1)}`);
    await expectInvalid(`${header}.${part(1)}.${part(2)}`);
  }
});

test('AUTH-3 HMAC under the public key is refused', async () => {
  const { kid } = read(0);
  const signed = `${b64({ alg: 'HS256', typ: 'JWT', kid })}.${part(1)}`;
  const { publicKey } = generateKeyPairSync('ed25519');
  const mac = createHmac('sha512', publicKey.export({ type: 'spki', format: 'der' }))
    .update(signed)
    .digest();
  await expectInvalid(`${signed}.${mac.toString('base64url')}`);
});

test('AUTH-3 another key under our kid, or a key of its own in the header, is refused', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const forge = (header: object) => {
    const signed = `${b64(header)}.${part(1)}`;
    return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  await expectInvalid(forge(read(0)));
  await expectInvalid(forge({ ...read(0), jwk: publicKey.export({ format: 'jwk' }) }));
  await expectInvalid(forge({ alg: 'EdDSA', typ: 'JWT', kid: 'nobody-knows-me' }));
  await expectInvalid(forge({ alg: 'EdDSA', typ: 'JWT' }));
  await expectInvalid(forge({ alg: 'EdDSA', typ: 'JWT', kid: '__proto__' }));
});

test('AUTH-3 changed claims, and a header with one thing more, are refused', async () => {
  await expectInvalid(`${part(0)}.${b64({ ...read(1), sub: Bun.randomUUIDv7() })}.${part(2)}`);
  await expectInvalid(`${part(0)}.${b64({ ...read(1), exp: read(1).exp + 3600 })}.${part(2)}`);
  await expectInvalid(`${b64({ ...read(0), crit: ['exp'] })}.${part(1)}.${part(2)}`);
});

test('AUTH-3 a header that we would not write is refused even under our own key', async () => {
  const under = (header: object) => {
    const signed = `${b64(header)}.${part(1)}`;
    return `${signed}.${sign(null, Buffer.from(signed), ourKey()).toString('base64url')}`;
  };
  const header = read(0);
  expect(await new AccessTokens(accounts.keys).verify(under(header))).toMatchObject(caller);
  for (const changed of [
    { crit: ['exp'] },
    { alg: 'none' },
    { alg: 'HS256' },
    { typ: 'other' },
    { b64: false },
  ]) {
    await expectInvalid(under({ ...header, ...changed }));
  }
});

test('AUTH-3 claims that we signed but that are not whole are refused', async () => {
  const forge = (claims: unknown) => {
    const signed = `${part(0)}.${b64(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), ourKey()).toString('base64url')}`;
  };
  const claims = read(1);
  expect(await new AccessTokens(accounts.keys).verify(forge(claims))).toMatchObject(caller);
  for (const changed of [
    { iss: 'other' },
    { sub: 'me' },
    { sid: undefined },
    { exp: undefined },
    { exp: String(claims.exp) },
    { exp: 1e300 },
  ]) {
    await expectInvalid(forge({ ...claims, ...changed }));
  }
  for (const body of ['null', '[]', '7', 'not json']) await expectInvalid(forge(body));
});

test('CLOCK-4 a token from before the common clock was put back is one to refresh, not one to sign in for', async () => {
  const ahead = new AccessTokens(accounts.keys, () => Date.now() + 120_000);
  expect(await refusalOf(tokens.verify(ahead.sign(caller)))).toMatchObject({
    code: 'unauthorized',
    reason: 'expired',
  });
});

test('AUTH-3 what is no token is refused', async () => {
  for (const text of [
    '',
    '.',
    '..',
    'a.b.c',
    `${token}.`,
    ` ${token}`,
    `${token}=`,
    'x'.repeat(5_000),
    '\u0000',
    `${token}\n`,
  ]) {
    await expectInvalid(text);
  }
});

test('AUTH-3 a token expires to the second, also one that was verified before', async () => {
  const clock = { now: 1_800_000_000_000 };
  const own = new AccessTokens(accounts.keys, () => clock.now);
  const short = own.sign(caller, 60);
  clock.now += 59_999;
  expect(await own.verify(short)).toMatchObject(caller);
  clock.now += 1;
  for (let again = 0; again < 2; again++) {
    expect(await refusalOf(own.verify(short))).toMatchObject({ code: 'unauthorized', reason: 'expired' });
  }
});
