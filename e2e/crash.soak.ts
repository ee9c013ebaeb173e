// soak: 45 min. A node and its PostgreSQL killed a thousand times; nothing acknowledged is lost
import { test } from 'bun:test';
import { crashRounds } from './crash-rounds.fixture.ts';

const TIMEOUT_MS = 4 * 60 * 60_000;

test(
  'LOG-9: a thousand times kill -9 loses nothing that was acknowledged',
  () => crashRounds({ rounds: 1_000, livesForMs: { from: 100, to: 1_200 }, pauseMs: 20 }),
  TIMEOUT_MS,
);
