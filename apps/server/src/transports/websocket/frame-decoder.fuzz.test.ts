import { expect, test } from 'bun:test';
import { fuzzDecoders } from './frame-fuzz.fixture.ts';

const SEED = Number(process.env.TPX_TEST_SEED ?? 20_260_701);

test('WS-8 100,000 mutated and random frames are taken whole or refused as malformed', () => {
  const result = fuzzDecoders(SEED, 100_000);
  console.log(`frame decoder, seed ${SEED}: ${JSON.stringify(result)}`);
  // Both happen: a fuzz that only meets one of them tests nothing.
  expect(result.taken).toBeGreaterThan(2_000);
  expect(result.refused).toBeGreaterThan(50_000);
  expect(result.slowestMs).toBeLessThan(250);
}, 30_000);
