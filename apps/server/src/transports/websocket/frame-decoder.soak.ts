// soak: 1 min. A million mutated frames; each is taken whole or refused
import { expect, test } from 'bun:test';
import { seedOfThisRun } from '@tpx/testkit';
import { fuzzDecoders } from './frame-fuzz.fixture.ts';

test('WS-8 a million mutated and random frames are taken whole or refused as malformed', () => {
  const seed = seedOfThisRun();
  console.log(`frame decoder, seed ${seed}`);
  const result = fuzzDecoders(seed, 1_000_000);
  console.log(JSON.stringify(result));
  expect(result.taken + result.refused).toBe(1_000_000);
});
