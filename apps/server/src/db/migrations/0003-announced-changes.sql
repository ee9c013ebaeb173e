-- What nodes act on in memory (`Change` in fanout/announcer.ts), written in the transaction of what it tells of: a node
-- that does not hear the others reads it here (spec CLU-10).
CREATE TABLE announced_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Transactions commit in another order than they take ids: a reader goes by which had ended when it last looked.
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  announced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  change jsonb NOT NULL
);
CREATE INDEX announced_changes_by_transaction ON announced_changes (transaction_id);
