import type { Queries } from '../db/database.ts';

/** Background work on what all nodes share. */
export type SharedJob = 'trim_logs' | 'expired_sessions' | 'old_changes';

/** A node that asks a little early would else wait for a whole turn more. */
const EARLY = 0.9;
/** A turn that begins later than now, beyond what two servers' clocks may differ by, was written by a clock that was wrong. */
const FUTURE_SECONDS = 10;

/**
 * Whether it is this node that does the work now: the first of all that asks when `everyMs` have passed since the last
 * turn began. One that dies at it is followed by another in the next turn.
 *
 * @throws {Refusal} unavailable
 */
export async function claimTurn(queries: Queries, job: SharedJob, everyMs: number): Promise<boolean> {
  const rows = await queries.query(
    `INSERT INTO job_turns AS t (job, begun_at) VALUES ($1, clock_timestamp())
     ON CONFLICT (job) DO UPDATE SET begun_at = excluded.begun_at
       WHERE t.begun_at <= excluded.begun_at - make_interval(secs => $2)
         OR t.begun_at > excluded.begun_at + make_interval(secs => $3)
     RETURNING 1`,
    [job, (everyMs * EARLY) / 1000, FUTURE_SECONDS],
  );
  return rows.length > 0;
}
