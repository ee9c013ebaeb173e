-- Background work that one node is to do for all: which began when (jobs/claim-turn.ts).
CREATE TABLE job_turns (
  job text PRIMARY KEY,
  begun_at timestamptz NOT NULL
);
