// soak: 6 min. 200,000 bent requests by REST; none fails
import { test } from 'bun:test';
import { createPerson, seedOfThisRun, startServer } from '@tpx/testkit';
import { RestFuzz } from './rest-fuzz.fixture.ts';
import { expectWell } from './well.fixture.ts';

test('REST-1 every route takes or refuses 200,000 bent requests, and never fails', async () => {
  const seed = seedOfThisRun();
  console.log(`REST, seed ${seed}`);
  await using server = await startServer();
  const witness = await createPerson(server, 'witness');
  const fuzz = await RestFuzz.prepare(server, seed);
  console.log(JSON.stringify(await fuzz.run(200_000)));
  await expectWell(server, witness);
});
