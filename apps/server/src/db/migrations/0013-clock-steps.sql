-- Jumps of this server's clock, as nodes notice them by clocks that do not jump (db/postgres-clock.ts, spec CLOCK-2).
CREATE TABLE clock_steps (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What the clock would have said without the jump.
  before timestamptz NOT NULL,
  step_seconds double precision NOT NULL,
  -- The sum of all steps up to this one, those no longer kept included.
  total_seconds double precision NOT NULL
);

-- By how much the age of what was stored at `p_at`, by the clock of then, may be overstated by the clock of now. Two moments
-- can have had the same time; it is the one for which the age is overstated most.
CREATE FUNCTION clock_allowance(p_at timestamptz) RETURNS interval LANGUAGE sql STABLE AS $$
  SELECT make_interval(secs => greatest(0, coalesce(max(newest.total_seconds - s.total_seconds + s.step_seconds), 0)))
  FROM clock_steps s, (SELECT n.total_seconds FROM clock_steps n ORDER BY n.id DESC LIMIT 1) newest
  WHERE s.before >= p_at
$$;
