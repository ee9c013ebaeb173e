import { expect, test } from 'bun:test';
import type { UserId } from '@tpx/protocol';
import { codeOf } from '../groups/group-world.fixture.ts';
import { SearchSlots } from './search-slots.ts';

const user = (name: string) => name as UserId;

test('MSG-13 a node does a bounded number of searches at once, a bounded number wait, and each ends in its turn', async () => {
  const slots = new SearchSlots({ atOnce: 2, waiting: 3, perUser: 2 });
  const gates: PromiseWithResolvers<void>[] = [];
  const search = (name: string) =>
    slots.run(user(name), () => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      return gate.promise;
    });
  const begun = ['a', 'b', 'c', 'd', 'e'].map(search);
  await Promise.resolve();
  expect(gates).toHaveLength(2);
  expect(await codeOf(search('f'))).toBe('unavailable');
  for (let n = 0; n < 5; n++) {
    gates[n]?.resolve();
    await begun[n];
    await new Promise((next) => setImmediate(next));
  }
  expect(gates).toHaveLength(5);
  expect(await codeOf(slots.run(user('f'), async () => undefined))).toBe('ok');
});

test('MSG-13 one user has two searches under way, and the place of one that fails is free again', async () => {
  const slots = new SearchSlots({ atOnce: 4, waiting: 4, perUser: 2 });
  const gate = Promise.withResolvers<void>();
  const both = [slots.run(user('a'), () => gate.promise), slots.run(user('a'), () => gate.promise)];
  expect(await codeOf(slots.run(user('a'), async () => undefined))).toBe('rate_limited');
  expect(await codeOf(slots.run(user('b'), async () => undefined))).toBe('ok');
  gate.reject(new Error('broken'));
  await Promise.allSettled(both);
  expect(await codeOf(slots.run(user('a'), async () => undefined))).toBe('ok');
});
