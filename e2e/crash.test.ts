import { test } from 'bun:test';
import { crashRounds } from './crash-rounds.fixture.ts';

/** Some 25 s on a quiet machine; a busy one takes long to start a node. */
const TIMEOUT_MS = 240_000;

test(
  'LOG-9: kill -9 of node and Postgres loses nothing that was acknowledged, doubles nothing, leaves no gap',
  () => crashRounds({ rounds: 10, livesForMs: { from: 300, to: 1_800 }, pauseMs: 10 }),
  TIMEOUT_MS,
);
