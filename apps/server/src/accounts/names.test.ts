import { afterAll, beforeAll, expect, test } from 'bun:test';
import { isReservedName } from '@tpx/protocol';
import { openAccounts, PASSWORD, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { deleteAccount } from './delete-account.ts';
import { register } from './register.ts';

let accounts: TestAccounts;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());
const take = (username: string) => register(accounts.deps, { username, password: PASSWORD }, '192.0.2.1');

test('ACC-1 names that others would take for the server or its staff are nobody’s', async () => {
  for (const name of [
    'admin',
    'system',
    'support',
    'everyone',
    'here',
    'all',
    'ad.min',
    'a-d-m-i-n',
    'r00t',
    '5upport',
    'adm1n',
    'm0derator',
    'a11',
    'he1p',
    'he1p-desk',
    'roo7',
    'st4ff',
    'moder4tor',
    'administrators',
    'adrnin',
    'vvebmaster',
    'everyone.',
    'admin1',
    'root-007',
    'tpx-support',
    'support_team',
    'the.real.admin',
  ])
    expect(isReservedName(name)).toBe(true);
  for (const name of [
    'alice',
    'administer',
    'heretic',
    'allan',
    'systema',
    'supporter.of.cats',
    'badmin',
    'ali',
    'bot-alice',
    'team-7f3a',
    'admin-7f3a91cc',
    'the-cat',
    'meg',
    'helen1',
    'owner5',
    'team5',
    'bot12',
    'me2',

    'alls.well',
  ])
    expect(isReservedName(name)).toBe(false);
  for (const name of ['admin', 'sys.tem', 'everyone'])
    expect(await refusalOf(take(name))).toMatchObject({ code: 'conflict' });
});

test('ACC-7 no username reads as the PIN of a deleted account', async () => {
  const gone = await accounts.join('known-by-pin');
  await accounts.database.query("UPDATE users SET pin = 'K7M2P9X1' WHERE id = $1", [gone.userId]);
  expect(await refusalOf(take('k7m2p9x1'))).toMatchObject({ code: 'conflict' });
  await deleteAccount(accounts.deps, gone.caller, PASSWORD, '192.0.2.1');
  for (const name of ['k7m2p9x1', 'k7m2-p9x1', 'k7m2p9xl', 'k7m2p9xi'])
    expect(await refusalOf(take(name))).toMatchObject({ code: 'conflict' });
});

test('ACC-7 the name of a deleted account is nobody else’s, also in a race', async () => {
  const gone = await accounts.join('once-alice');
  await deleteAccount(accounts.deps, gone.caller, PASSWORD, '192.0.2.1');
  expect(await refusalOf(take('once-alice'))).toMatchObject({ code: 'conflict' });
  for (let round = 0; round < 5; round++) {
    const name = `racing-${round}`;
    const { caller } = await accounts.join(name);
    const [, taken] = await Promise.allSettled([
      deleteAccount(accounts.deps, caller, PASSWORD, '192.0.2.1'),
      take(name),
    ]);
    expect(taken?.status).toBe('rejected');
  }
});
