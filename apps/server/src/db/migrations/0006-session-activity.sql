-- When a device was last connected or called, beside when it signed in or refreshed: a person's least active device goes
-- first when they have too many (spec AUTH-8). NULL: it has done nothing since it signed in.
ALTER TABLE device_sessions ADD COLUMN active_at timestamptz;
