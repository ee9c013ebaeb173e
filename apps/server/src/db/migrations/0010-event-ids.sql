-- A change has an identity of its own, as a message has its id (LOG-14). Older rows keep NULL, which costs nothing: theirs
-- is computed from what never changes of them (event-identity.ts).
ALTER TABLE changes ADD COLUMN event_id uuid;
ALTER TABLE changes ALTER COLUMN event_id SET DEFAULT gen_random_uuid();
