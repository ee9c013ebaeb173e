import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { UserId } from '@tpx/protocol';
import { openAccounts, PASSWORD, type TestAccounts } from './accounts.fixture.ts';
import { deleteAccount } from './delete-account.ts';
import { isKnownAddress, rememberAddress } from './known-addresses.ts';
import { refresh } from './refresh.ts';

let accounts: TestAccounts;
let names = 0;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());
const join = () => accounts.join(`traveller${names++}`);
const addressesOf = async (userId: UserId) =>
  (
    await accounts.database.query<{ address: string }>(
      'SELECT address FROM known_addresses WHERE user_id = $1 ORDER BY used_at, address',
      [userId],
    )
  ).map(({ address }) => address);

test('AUTH-5 the last 20 addresses of a person are known, an IPv6 one by its /64', async () => {
  const { userId } = await join();
  for (let n = 0; n < 25; n++) await rememberAddress(accounts.database, userId, `198.51.100.${n}`);
  await rememberAddress(accounts.database, userId, '2001:db8:7:8::1');
  expect(await addressesOf(userId)).toHaveLength(20);
  expect(await isKnownAddress(accounts.database, userId, '198.51.100.24')).toBe(true);
  expect(await isKnownAddress(accounts.database, userId, '2001:db8:7:8::ffff')).toBe(true);
  expect(await isKnownAddress(accounts.database, userId, '198.51.100.0')).toBe(false);
});

test('AUTH-5 a device that refreshes while its account is deleted leaves no address behind, and no deadlock', async () => {
  for (let round = 0; round < 40; round++) {
    const person = await join();
    // Known, so that both want its row.
    await rememberAddress(accounts.database, person.userId, '198.18.0.1');
    const outcomes = await Promise.allSettled([
      deleteAccount(accounts.deps, person.caller, PASSWORD, '192.0.2.1'),
      Bun.sleep(22 + (round % 8)).then(() => refresh(accounts.deps, person.refresh_token, '198.18.0.1')),
    ]);
    expect(outcomes[0].status).toBe('fulfilled');
    if (outcomes[1].status === 'rejected') expect(outcomes[1].reason).toMatchObject({ code: 'unauthorized' });
    expect(await addressesOf(person.userId)).toEqual([]);
  }
}, 60_000);
