-- The usernames of deleted accounts: nobody else may speak by a name that others know (spec ACC-7).
CREATE TABLE retired_usernames (
  username text PRIMARY KEY,
  retired_at timestamptz NOT NULL DEFAULT now()
);

-- When somebody last guessed so often at the account's password that strangers' attempts were stopped (spec AUTH-5).
ALTER TABLE users ADD COLUMN password_guessed_at timestamptz;
