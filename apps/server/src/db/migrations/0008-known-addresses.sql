-- From where a person's devices have signed in or refreshed. It outlives the sessions: somebody who has just signed out
-- everywhere, because others guess at the password, must still get in (spec AUTH-5).
CREATE TABLE known_addresses (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  -- An IPv4 address, of an IPv6 address its /64.
  address text NOT NULL,
  used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, address)
);
INSERT INTO known_addresses (user_id, address, used_at)
SELECT user_id, address, max(last_used_at) FROM device_sessions WHERE address IS NOT NULL GROUP BY user_id, address;
