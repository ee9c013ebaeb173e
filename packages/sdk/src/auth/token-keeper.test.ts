import { describe, expect, test } from 'bun:test';
import { Refusal } from '@tpx/protocol';
import { FakeClock } from '@tpx/testkit';
import type { TokenAnswer } from '../rest/answers.ts';
import { MemoryStorage } from '../storage/memory-storage.ts';
import { NetworkError, SignedOutError, type SignedOutReason } from '../trouble.ts';
import { TokenKeeper } from './token-keeper.ts';

function setUp(refresh: (token: string) => Promise<TokenAnswer>) {
  const storage = new MemoryStorage();
  const clock = new FakeClock();
  const signedOut: SignedOutReason[] = [];
  const calls: string[] = [];
  const keeper = new TokenKeeper({
    storage,
    clock,
    refresh: (token) => {
      calls.push(token);
      return refresh(token);
    },
    onSignedOut: (reason) => signedOut.push(reason),
  });
  return { storage, clock, signedOut, calls, keeper };
}

const answer = (generation: number): TokenAnswer => ({
  access_token: `access${generation}`,
  refresh_token: `refresh${generation}`,
  expires_in: 600,
});

describe('SDK-1 tokens', () => {
  test('SDK-1 a token that holds is given without a refresh, one about to end is refreshed', async () => {
    const { keeper, clock, calls } = setUp(async () => answer(2));
    await keeper.keep(answer(1));
    expect(await keeper.token()).toBe('access1');
    clock.advance(569_000);
    expect(await keeper.token()).toBe('access1');
    clock.advance(2_000);
    expect(await keeper.token()).toBe('access2');
    expect(calls).toEqual(['refresh1']);
  });

  test('SDK-1 everybody who waits shares one refresh', async () => {
    const { keeper, clock, calls } = setUp(async () => answer(2));
    await keeper.keep(answer(1));
    clock.advance(600_000);
    const waiting = [keeper.token(), keeper.token(), keeper.replace('access1'), keeper.replace('access1')];
    expect(await Promise.all(waiting)).toEqual(['access2', 'access2', 'access2', 'access2']);
    expect(calls).toEqual(['refresh1']);
    expect(await keeper.replace('access1')).toBe('access2');
    expect(calls).toHaveLength(1);
  });

  test('SDK-1 the new tokens are stored before anybody gets to use them', async () => {
    const { keeper, storage, clock } = setUp(async () => answer(2));
    await keeper.keep(answer(1));
    clock.advance(600_000);
    let storedFirst = false;
    const set = storage.set.bind(storage);
    let finishStoring: () => void = () => undefined;
    storage.set = async (key, value) => {
      await new Promise<void>((resolve) => {
        finishStoring = resolve;
      });
      await set(key, value);
      storedFirst = true;
    };
    const token = keeper.token().then((value) => ({ value, storedFirst }));
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    finishStoring();
    expect(await token).toEqual({ value: 'access2', storedFirst: true });
  });

  test('SDK-1 what another process of this device refreshed is taken over', async () => {
    const { keeper, storage, clock, calls } = setUp(async () => answer(9));
    await keeper.keep(answer(1));
    await storage.set(
      'tokens',
      JSON.stringify({ access: 'theirs', refresh: 'r', expires_at: clock.now() + 600_000 }),
    );
    expect(await keeper.replace('access1')).toBe('theirs');
    expect(calls).toEqual([]);
  });

  test('SDK-1 a refused refresh signs this device out, once', async () => {
    const { keeper, storage, signedOut } = setUp(async () => {
      throw new Refusal('unauthorized');
    });
    await keeper.keep(answer(1));
    const errors = await Promise.allSettled([keeper.replace('access1'), keeper.replace('access1')]);
    for (const error of errors)
      expect((error as PromiseRejectedResult).reason).toBeInstanceOf(SignedOutError);
    expect(signedOut).toEqual(['session_expired']);
    expect(await storage.get('tokens')).toBeUndefined();
  });

  test('SDK-1 network trouble signs nobody out, and the old token is used while it holds', async () => {
    const { keeper, clock, signedOut } = setUp(async () => {
      throw new NetworkError('unreachable', 'nobody there');
    });
    await keeper.keep(answer(1));
    clock.advance(580_000);
    expect(await keeper.token()).toBe('access1');
    clock.advance(30_000);
    expect(await keeper.token().catch((error: unknown) => error)).toBeInstanceOf(NetworkError);
    expect(signedOut).toEqual([]);
  });
});

test('SDK-1 tokens that cannot be stored are used all the same: the old ones are worth nothing any more', async () => {
  class FullStorage extends MemoryStorage {
    override set(): Promise<void> {
      return Promise.reject(new Error('disk full'));
    }
  }
  const keeper = new TokenKeeper({
    storage: new FullStorage(),
    clock: new FakeClock(),
    refresh: () => Promise.reject(new Error('not asked')),
    onSignedOut: () => undefined,
  });
  const answer = { access_token: 'new', refresh_token: 'next', expires_in: 600 };
  await expect(keeper.keep(answer)).rejects.toThrow('disk full');
  expect(await keeper.token()).toBe('new');
});
