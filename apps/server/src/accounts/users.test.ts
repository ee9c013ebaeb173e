import { afterAll, beforeAll, expect, test } from 'bun:test';
import { openAccounts, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { blockUser, listBlocked, unblockUser } from './blocks.ts';
import { getMe, patchMe, setPhoto } from './profile.ts';
import { findUser, loadUsers } from './users.ts';

let accounts: TestAccounts;
type Person = Awaited<ReturnType<TestAccounts['join']>>;
let ann: Person;
let ben: Person;

beforeAll(async () => {
  accounts = await openAccounts();
  ann = await accounts.join('ann');
  ben = await accounts.join('ben');
});
afterAll(() => accounts[Symbol.asyncDispose]());

const find = (ref: string, viewer = ben.userId) => findUser(accounts.database, ref, viewer);

test('ACC-3 a person is found by id, username and PIN, however these are typed', async () => {
  const pin = ann.user.pin ?? '';
  const spaced = `${pin.slice(0, 4)}-${pin.slice(4)} `.toLowerCase();
  const lookAlike = pin.replaceAll('0', 'o').replaceAll('1', 'l');
  for (const ref of [ann.user.id, ann.user.id.toUpperCase(), 'ann', 'ANN', pin, spaced, lookAlike]) {
    expect((await find(ref)).id).toBe(ann.user.id);
  }
});

test('ACC-3 nobody is found by what nobody has', async () => {
  for (const ref of [
    'nobody',
    Bun.randomUUIDv7(),
    'ZZZZZZZZ',
    'an',
    "ann' OR '1'='1",
    '%',
    '\u0000'.replace('\u0000', ' '),
  ]) {
    expect(await refusalOf(find(ref))).toMatchObject({ code: 'not_found' });
  }
});

test('ACC-4 what others see lacks private fields', async () => {
  const seen = await find('ann');
  expect(Object.keys(seen).sort()).toEqual([
    'background',
    'created_at',
    'display_name',
    'id',
    'photo',
    'pin',
    'public_key',
    'status',
    'updated_at',
    'username',
  ]);
  expect(await getMe(accounts.deps, ann.caller)).toEqual({
    ...seen,
    blocked_users: [],
  });
});

test('ACC-4 many are loaded at once, by id', async () => {
  const missing = Bun.randomUUIDv7();
  const users = await loadUsers(accounts.database, [ann.user.id, missing, ben.user.id], null);
  expect([...users.keys()].sort()).toEqual([ann.user.id, ben.user.id].sort());
  expect(users.get(ben.user.id)).toEqual(await find('ben'));
});

test('ACC-5 a change touches what is named and nothing else, and is announced', async () => {
  accounts.announcer.changes.length = 0;
  const key = 'AAAA'.repeat(11);
  const first = await patchMe(accounts.deps, ann.caller, {
    display_name: 'Ann',
    status: { state: 'custom', text: 'at sea' },
    background: { color: '#112233' },
    public_key: key,
  });
  expect(first).toMatchObject({
    display_name: 'Ann',
    status: { state: 'custom', text: 'at sea' },
    background: { color: '#112233' },
    public_key: key,
  });
  expect(first.updated_at > first.created_at).toBe(true);
  const second = await patchMe(accounts.deps, ann.caller, { background: null });
  expect({ ...second, updated_at: '' }).toEqual({ ...first, background: null, updated_at: '' });
  expect(await patchMe(accounts.deps, ann.caller, {})).toEqual(second);
  expect(await patchMe(accounts.deps, ann.caller, { public_key: null })).toMatchObject({ public_key: null });
  expect(accounts.announcer.changes).toEqual(new Array(3).fill({ type: 'user_updated', userId: ann.userId }));
});

test('ACC-5 a picture is refused with a sentence, removing one is not', async () => {
  const media = Bun.randomUUIDv7();
  expect(await refusalOf(setPhoto(accounts.deps, ann.caller, media))).toMatchObject({
    code: 'unsupported_media',
  });
  const patch = patchMe(accounts.deps, ann.caller, {
    background: { media_id: media },
    display_name: 'Not Ann',
  });
  expect(await refusalOf(patch)).toMatchObject({ code: 'unsupported_media' });
  expect(await setPhoto(accounts.deps, ann.caller, null)).toMatchObject({ photo: null, display_name: 'Ann' });
});

test('ACC-6 whom I block sees me offline, and nobody else does', async () => {
  await patchMe(accounts.deps, ann.caller, { status: { state: 'custom', text: 'at sea' } });
  accounts.announcer.changes.length = 0;
  await blockUser(accounts.deps, ann.caller, ben.userId);
  await blockUser(accounts.deps, ann.caller, ben.userId);
  expect((await find('ann')).status).toEqual({ state: 'offline', text: '' });
  expect((await loadUsers(accounts.database, [ann.user.id], ben.userId)).get(ann.user.id)?.status.state).toBe(
    'offline',
  );
  expect((await find('ann', ann.userId)).status.text).toBe('at sea');
  expect((await find('ben', ann.userId)).status.state).toBe('online');
  expect((await getMe(accounts.deps, ann.caller)).blocked_users).toEqual([ben.user.id]);
  await unblockUser(accounts.deps, ann.caller, ben.userId);
  await unblockUser(accounts.deps, ann.caller, ben.userId);
  expect((await find('ann')).status.text).toBe('at sea');
  const change = { type: 'block', userId: ann.userId, blockedId: ben.userId } as const;
  expect(accounts.announcer.changes).toEqual([
    { ...change, on: true },
    { ...change, on: false },
  ]);
});

test('ACC-6 oneself and nobody cannot be blocked', async () => {
  expect(await refusalOf(blockUser(accounts.deps, ann.caller, ann.userId))).toMatchObject({
    code: 'invalid',
  });
  const nobody = Bun.randomUUIDv7() as typeof ann.userId;
  expect(await refusalOf(blockUser(accounts.deps, ann.caller, nobody))).toMatchObject({ code: 'not_found' });
});

test('ACC-6 the block list is paged', async () => {
  const people = await Promise.all(['p1-x', 'p2-x', 'p3-x'].map((name) => accounts.join(name)));
  for (const person of people) await blockUser(accounts.deps, ben.caller, person.userId);
  const first = await listBlocked(accounts.deps, ben.caller, undefined, 2);
  expect(first.users).toHaveLength(2);
  const rest = await listBlocked(accounts.deps, ben.caller, first.next ?? '', 2);
  expect(rest.next).toBeNull();
  const listed = [...first.users, ...rest.users].map(({ id }) => id);
  expect(listed.sort()).toEqual(people.map(({ userId }) => userId as string).sort());
});

test('ACC-6 a full block list says so', async () => {
  const full = await accounts.join('blocks-everybody');
  await accounts.database.query(
    `WITH crowd AS (
       INSERT INTO users (id, display_name) SELECT gen_random_uuid(), 'x' FROM generate_series(1, 5000) RETURNING id)
     INSERT INTO blocks (user_id, blocked_id) SELECT $1, id FROM crowd`,
    [full.userId],
  );
  expect(await refusalOf(blockUser(accounts.deps, full.caller, ann.userId))).toMatchObject({
    code: 'conflict',
  });
});
