-- Who left a group by themselves and has not come back by themselves since: nobody else brings them in again (spec GRP-16).
CREATE TABLE departures (
  group_id uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  left_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX departures_by_user ON departures (user_id);
