import { test } from 'bun:test';
import { seedOfThisRun } from '@tpx/testkit';
import { twoInTrouble } from './terminal-two-rounds.fixture.ts';

const seed = seedOfThisRun();

test(
  `TERM-97 two clients that are cut off at random end with the same transcript (seed ${seed})`,
  () => twoInTrouble({ seed, seconds: 20, pauseMs: 60 }),
  120_000,
);
