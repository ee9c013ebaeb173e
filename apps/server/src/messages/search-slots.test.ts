import { expect, test } from 'bun:test';
import type { UserId } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import { codeOf } from '../groups/group-world.fixture.ts';
import { SearchSlots } from './search-slots.ts';

const LIMITS = { atOnce: 3, atOncePerUser: 2, waiting: 5, waitingPerUser: 3 };

/** Searches that end when they are asked to, and who has begun, in order. */
function world() {
  const slots = new SearchSlots(LIMITS);
  const begun: string[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const search = (user: string) =>
    codeOf(
      slots.run(user as UserId, () => {
        begun.push(user);
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        return gate.promise;
      }),
    );
  return { slots, begun, gates, search };
}

test('MSG-13 a node does a bounded number of searches at once, a bounded number wait, and each has its turn', async () => {
  const { begun, gates, search } = world();
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(search);
  expect(begun).toEqual(['a', 'b', 'c']);
  expect(await search('i')).toBe('unavailable');
  for (let n = 0; n < all.length; n++) {
    await until(() => gates[n] !== undefined, { what: `search ${n} to begin`, everyMs: 1 });
    gates[n]?.resolve();
  }
  expect(await Promise.all(all)).toEqual(all.map(() => 'ok'));
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
});

test('MSG-13 one user has two searches at once and some that wait, and others pass them', async () => {
  const { begun, gates, search } = world();
  const own = ['a', 'a', 'a', 'a', 'a'].map(search);
  expect(begun).toEqual(['a', 'a']);
  expect(await search('a')).toBe('rate_limited');
  const others = [search('b'), search('c')];
  expect(begun).toEqual(['a', 'a', 'b']);
  gates[2]?.resolve();
  await until(() => begun.length === 4, { what: 'the next to begin', everyMs: 1 });
  // The places of searches that fail are free as well.
  gates[0]?.reject(new Error('broken'));
  for (let n = 1; n < own.length + others.length; n++) {
    await until(() => gates[n] !== undefined, { what: `search ${n} to begin`, everyMs: 1 });
    gates[n]?.resolve();
  }
  await Promise.allSettled([...own, ...others]);
  expect(begun).toEqual(['a', 'a', 'b', 'c', 'a', 'a', 'a']);
});
