import { afterEach, expect, test } from 'bun:test';
import { createHmac } from 'node:crypto';
import type { MessageObject, RefusalBody, SessionId, UserId, UserObject } from '@tpx/protocol';
import { AccessTokens } from '@tpx/server/accounts/access-tokens.ts';
import { SigningKeys } from '@tpx/server/accounts/signing-keys.ts';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { Api, createDm, createGroup, type Person } from '@tpx/testkit';
import { claimsOf, databaseOf } from './inside.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';
import { expectWell } from './well.fixture.ts';

type Refused = { error: RefusalBody };
type Sent = { message: MessageObject };

const server = await serverOfThisFile();
const [alice, bob, mallory] = await people(server, 'alice', 'bob', 'mallory');
afterEach(() => expectWell(server, alice));

const send = (person: Person, to: object, text: string) =>
  person.api.call<Sent>('POST', '/messages/send', { ...to, type: 'text', content: { text } });
const group = await createGroup(alice, [bob]);
const dm = await createDm(alice, bob);
const secret = (await send(alice, { group_id: group.id }, 'a secret')).body.message;

async function post(path: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json') {
  const headers = { 'content-type': type, authorization: `Bearer ${alice.tokens.access_token}` };
  const answer = await fetch(server.url + path, { method: 'POST', headers, body });
  return { status: answer.status, body: (await answer.json()) as Refused };
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each<[string, number, string, string | Uint8Array<ArrayBuffer>]>([
  ['half a body', 400, 'invalid', '{"name": "x"'],
  ['no JSON', 400, 'invalid', 'name=x'],
  ['JSON of another kind', 400, 'invalid', '[]'],
  ['null', 400, 'invalid', 'null'],
  ['a number', 400, 'invalid', '5'],
  ['text that is not UTF-8', 400, 'invalid', new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d])],
  ['100,000 brackets', 400, 'invalid', nested(50_000)],
  ['100,000 brackets in a field', 400, 'invalid', `{"name":${nested(50_000)}}`],
  ['an unknown field', 400, 'invalid', '{"name":"x","owner_id":"me"}'],
  ['a prototype', 400, 'invalid', '{"name":"x","__proto__":{"admin":true}}'],
  ['a wrong type', 400, 'invalid', '{"name":{"$gt":""}}'],
  ['a name of nothing visible', 400, 'invalid', '{"name":"\\u200b\\u202e"}'],
  ['a body too long', 413, 'too_large', `{"name":"${'x'.repeat(300_000)}"}`],
])('REST-1 %s is answered %d, %s', async (_name, status, code, body) => {
  const answer = await post('/groups', body);
  expect([answer.status, answer.body.error.code]).toEqual([status, code as RefusalBody['code']]);
  expect(answer.body.error.message.length).toBeGreaterThan(10);
});

test('REST-1 a body of another type is answered 415', async () => {
  const answer = await post('/groups', '<name>x</name>', 'text/xml');
  expect([answer.status, answer.body.error.code]).toEqual([415, 'unsupported_media']);
});

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

test('AUTH-3 forged tokens open nothing, by REST, WebSocket or long poll', async () => {
  const [header = '', claims = '', signature = ''] = alice.tokens.access_token.split('.');
  const [bobHeader = '', , bobSignature = ''] = bob.tokens.access_token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  const hmac = (signed: string) => createHmac('sha256', header).update(signed).digest('base64url');
  const hs256 = `${encode({ ...read(header), alg: 'HS256' })}.${claims}`;
  const later = encode({ ...read(claims), exp: 9_999_999_999 });
  const forged: Record<string, string> = {
    nothing: '',
    'no token': 'nonsense',
    'no signature': `${header}.${claims}.`,
    'alg none': `${encode({ ...read(header), alg: 'none' })}.${claims}.`,
    HS256: `${hs256}.${hmac(hs256)}`,
    'longer life': `${header}.${later}.${signature}`,
    'somebody else': `${header}.${encode({ ...read(claims), sub: bob.user.id })}.${signature}`,
    "another's signature": `${bobHeader}.${claims}.${bobSignature}`,
    'a key that there is not': `${encode({ ...read(header), kid: '../../dev/null' })}.${claims}.${signature}`,
    'a key by SQL': `${encode({ ...read(header), kid: "' OR 1=1 --" })}.${claims}.${signature}`,
    'another signature': `${header}.${claims}.${'A'.repeat(86)}`,
    'a long one': 'a'.repeat(7_000),
  };
  for (const [name, token] of Object.entries(forged)) {
    const { status, body } = await new Api(server.url, token).call<Refused>('GET', '/users/me');
    expect([name, status, body.error.code]).toEqual([name, 401, 'unauthorized']);
    const query = `vsn=2.0.0&token=${encodeURIComponent(token)}`;
    for (const transport of ['websocket', 'longpoll'])
      expect([name, (await fetch(`${server.url}/socket/${transport}?${query}`)).status]).toEqual([name, 403]);
  }
});

test('AUTH-3 a token that has expired is refused everywhere, and says so', async () => {
  const database = openDatabase({ ...databaseOf(server), connections: 1 });
  const keys = await SigningKeys.open(database, { warn: () => undefined });
  try {
    const { sid } = claimsOf(alice);
    const caller = { userId: alice.user.id as UserId, sessionId: sid as SessionId };
    const token = new AccessTokens(keys).sign(caller, -1);
    const { status, body } = await new Api(server.url, token).call<Refused>('GET', '/users/me');
    expect([status, body.error.details]).toEqual([401, { reason: 'expired' }]);
    for (const transport of ['websocket', 'longpoll']) {
      const answer = await fetch(`${server.url}/socket/${transport}?vsn=2.0.0&token=${token}`);
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('expired')]);
    }
  } finally {
    keys.close();
    await database.close();
  }
});

test('AUTHZ-4 other people’s conversations are neither read nor changed', async () => {
  const { id } = secret;
  const tries: [string, string, object?][] = [
    ['GET', `/groups/${group.id}`],
    ['PATCH', `/groups/${group.id}`, { name: 'mine' }],
    ['DELETE', `/groups/${group.id}`],
    ['GET', `/groups/${group.id}/messages`],
    ['GET', `/groups/${group.id}/events`],
    ['GET', `/groups/${group.id}/members`],
    ['GET', `/groups/${group.id}/banned`],
    ['GET', `/groups/${group.id}/audit`],
    ['GET', `/groups/${group.id}/invites`],
    ['POST', `/groups/${group.id}/invites`, {}],
    ['POST', `/groups/${group.id}/join`, {}],
    ['POST', `/groups/${group.id}/join`, { invite: "'OR'1'='1" }],
    ['POST', `/groups/${group.id}/leave`, {}],
    ...['add', 'kick', 'ban', 'unban', 'promote', 'demote', 'transfer'].map(
      (verb): [string, string, object] => [
        'POST',
        `/groups/${group.id}/${verb}`,
        { user_id: mallory.user.id },
      ],
    ),
    ['GET', `/groups/${dm.id}/messages`],
    ['GET', `/dms/${dm.id}/messages`],
    ['GET', `/dms/${dm.id}/events`],
    ['GET', `/dms/${group.id}/messages`],
    ['POST', '/messages/send', { group_id: group.id, type: 'text', content: { text: 'x' } }],
    ['POST', '/messages/send', { dm_id: dm.id, type: 'text', content: { text: 'x' } }],
    ['POST', '/messages/send', { dm_id: group.id, type: 'text', content: { text: 'x' } }],
    ['PATCH', `/messages/${id}`, { content: { text: 'mine' } }],
    ['DELETE', `/messages/${id}`],
    ['GET', `/messages/${id}/receipts`],
    ['DELETE', `/auth/sessions/${crypto.randomUUID()}`],
  ];
  const before = await alice.api.call('GET', `/groups/${group.id}/events`);
  for (const [method, path, body] of tries) {
    const answer = await mallory.api.call<Refused>(method, path, body);
    expect([path, [403, 404].includes(answer.status), answer.status]).toEqual([path, true, answer.status]);
    expect(['not_member', 'not_found', 'forbidden']).toContain(answer.body.error.code);
  }
  expect((await alice.api.call('GET', `/groups/${group.id}/events`)).body).toEqual(before.body);
  const found = await mallory.api.call<{ messages: MessageObject[] }>('GET', '/search?q=secret');
  expect(found.body.messages).toEqual([]);
  const aimed = await mallory.api.call<{ messages: MessageObject[] }>(
    'GET',
    `/search?q=secret&group_id=${group.id}`,
  );
  expect(aimed.body.messages).toEqual([]);
});

test('AUTHZ-4 a device session of somebody else cannot be revoked', async () => {
  const { body } = await alice.api.call<{ sessions: { id: string }[] }>('GET', '/auth/sessions');
  const id = body.sessions[0]?.id;
  const tried = await mallory.api.call<Refused>('DELETE', `/auth/sessions/${id}`);
  expect(tried.status).toBe(404);
  expect((await alice.api.call('GET', '/users/me')).status).toBe(200);
});

const TRICKS = [
  "' OR '1'='1",
  "'; DROP TABLE messages; --",
  '$1',
  '%s%n',
  '../../../etc/passwd',
  '..\\..\\windows',
  '/etc/passwd%00.png',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u0007\u001b[2J',
  '{"$gt":""}',
  '_%',
  'NULL)',
  '"}]}',
];

test.each(TRICKS.map((trick) => [JSON.stringify(trick), trick]))(
  'REQ-3 in the place of ids, names and cursors %s finds nothing and breaks nothing',
  async (_name, trick) => {
    const it = encodeURIComponent(trick.toWellFormed());
    const paths = [
      `/users/${it}`,
      `/groups/${it}`,
      `/groups/${it}/messages`,
      `/groups/${group.id}/invites/${it}`,
      `/dms/${it}/messages`,
      `/messages/${it}/receipts`,
      `/media/${it}/content`,
      `/groups?cursor=${it}`,
      `/groups/${group.id}/members?cursor=${it}`,
      `/groups/${group.id}/members?online=${it}`,
      `/groups/${group.id}/messages?before=${it}`,
      `/groups/${group.id}/events?after=${it}`,
      `/search?q=x&group_id=${it}`,
      `/search?q=x&cursor=${it}`,
      `/${it}`,
    ];
    for (const path of paths) {
      const { status } = await alice.api.call('GET', path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
    const bodies: [string, string, object][] = [
      ['POST', '/auth/register', { username: trick, password: 'long enough' }],
      ['POST', '/auth/login', { username: trick, password: trick }],
      ['POST', '/auth/refresh', { refresh_token: trick }],
      ['POST', `/groups/${group.id}/join`, { invite: trick }],
      ['POST', `/groups/${group.id}/add`, { user_id: trick }],
      ['POST', '/dms', { user_id: trick }],
    ];
    for (const [method, path, body] of bodies) {
      const { status } = await mallory.api.call(method, path, body);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
    // A search takes any words.
    expect([200, 400]).toContain((await alice.api.call('GET', `/search?q=${it}`)).status);
  },
);

test.each(TRICKS.map((trick) => [JSON.stringify(trick), trick]))(
  'TEXT-1 as text and as a name %s is stored as it reads, clean',
  async (_name, trick) => {
    const clean = trick.toWellFormed().replace(/[\u0000-\u001f\u202e]/g, '');
    const sent = await send(alice, { group_id: group.id }, `<${trick}>`);
    expect(sent.body.message.content).toEqual({ text: `<${clean}>` });
    const { body } = await bob.api.call<{ messages: MessageObject[] }>(
      'GET',
      `/groups/${group.id}/messages?limit=1`,
    );
    expect(body.messages[0]?.content).toEqual({ text: `<${clean}>` });
    const me = await alice.api.call<{ user: UserObject }>('PATCH', '/users/me', {
      display_name: `A${trick}`,
    });
    expect(me.body.user.display_name).toBe(`A${clean}`);
  },
);

test('TEXT-1 zero-width, bidi and ANSI text reaches others clean, emoji whole', async () => {
  const nasty = 'pay\u202egnp.exe \u001b]0;owned\u0007\u001b[31mred\u009b2J \u2066x\u2069 a\u200bb 👩‍👩‍👧';
  const stored = 'paygnp.exe ]0;owned[31mred2J x a\u200bb 👩‍👩‍👧';
  const { body } = await send(alice, { group_id: group.id }, nasty);
  expect(body.message.content).toEqual({ text: stored });
  const edited = await alice.api.call<Sent>('PATCH', `/messages/${body.message.id}`, {
    content: { text: nasty },
  });
  expect(edited.body.message.content).toEqual({ text: stored });
  const named = await createGroup(alice, [], 'Ad\u200bm\u202ein\u001b[1m \n x');
  expect(named.name).toBe('Admin[1m x');
});

test('REST-7 a cursor of the right shape that no page gave leads somewhere or is invalid, never to an error', async () => {
  const cursorOf = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');
  const ids = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', group.id];
  const numbers = [
    0,
    1,
    -1,
    1.5,
    253_402_300_799_999,
    8_640_000_000_000_000,
    8.7e15,
    Number.MAX_SAFE_INTEGER,
    1e300,
  ];
  const digits = ['0', '-1', '9'.repeat(18), `-${'9'.repeat(18)}`, '9223372036854775', 'infinity', ''];
  const searches = numbers.flatMap((at) => numbers.flatMap((seq) => ids.map((id) => [at, id, seq])));
  const places = [...digits, ...numbers].flatMap((activeAt) => ids.map((id) => ({ activeAt, id })));
  const tried: [path: string, keys: unknown[]][] = [
    ['/search?q=x', searches.filter((_, n) => n % 7 === 0 || n < 20)],
    ['/dms?limit=5', places],
    [`/groups/${group.id}/audit?limit=5`, [...numbers, ...ids]],
    [`/groups/${group.id}/members?limit=5`, [...ids, ...numbers]],
    ['/groups?limit=5', [...ids, ...numbers]],
  ];
  for (const [path, keys] of tried) {
    for (const key of keys) {
      const { status } = await alice.api.call('GET', `${path}&cursor=${cursorOf(key)}`);
      expect([path, key, [200, 400, 429].includes(status)]).toEqual([path, key, true]);
    }
  }
});
