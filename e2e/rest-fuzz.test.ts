import { expect, test } from 'bun:test';
import { createPerson, startServer } from '@tpx/testkit';
import { RestFuzz } from './rest-fuzz.fixture.ts';
import { expectWell } from './well.fixture.ts';

const SEED = Number(process.env.TPX_TEST_SEED ?? 20_260_701);

test('REST-1 every route takes or refuses thousands of bent requests, and never fails', async () => {
  await using server = await startServer();
  const witness = await createPerson(server, 'witness');
  const fuzz = await RestFuzz.prepare(server, SEED);
  const result = await fuzz.run(6_000);
  console.log(`REST, seed ${SEED}: ${JSON.stringify(result)}`);
  await expectWell(server, witness);
  // Both happen: a fuzz of which nothing gets through tests the validation only.
  const taken = Object.entries(result.byStatus).filter(([status]) => Number(status) < 300);
  expect(taken.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(1_000);
  expect(result.byStatus[400] ?? 0).toBeGreaterThan(500);
}, 120_000);
