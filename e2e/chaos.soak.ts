// soak: 30 min. Workers, nodes, PostgreSQL and NATS killed and stopped at random; nothing acknowledged is lost
import { test } from 'bun:test';
import { hasNats } from '@tpx/testkit';
import { chaos } from './chaos.fixture.ts';

/** Shorter in CI. */
const SECONDS = Number(process.env.TPX_SOAK_SECONDS ?? 30 * 60);
const TIMEOUT_MS = SECONDS * 1_000 + 5 * 60_000;

test.skipIf(!hasNats)(
  'CLU-7 whatever is killed or stands still, every acknowledged message arrives once and in order',
  () => chaos(SECONDS),
  TIMEOUT_MS,
);
