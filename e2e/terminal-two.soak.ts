// soak: 6 min. Two clients cut off at random; both end with the same transcript
import { test } from 'bun:test';
import { seedOfThisRun } from '@tpx/testkit';
import { twoInTrouble } from './terminal-two-rounds.fixture.ts';

const seed = seedOfThisRun();

test(
  `TERM-97 two clients that are cut off at random for five minutes end with the same transcript (seed ${seed})`,
  () => twoInTrouble({ seed, seconds: 300, pauseMs: 600 }),
  10 * 60_000,
);
