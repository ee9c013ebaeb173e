-- The PINs of deleted accounts: a username that reads as one would answer to those who know the person by it (spec ACC-7).
CREATE TABLE retired_pins (
  pin text PRIMARY KEY,
  retired_at timestamptz NOT NULL DEFAULT now()
);
