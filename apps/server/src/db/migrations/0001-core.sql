-- Accounts -----------------------------------------------------------------------------------------------------------

CREATE TABLE users (
  id uuid PRIMARY KEY,
  -- NULL once the account is deleted: the name is free again, the row stays as the author of what was said.
  username text UNIQUE,
  pin text UNIQUE,
  display_name text NOT NULL,
  password_hash text,
  photo_media_id uuid,
  background jsonb,
  status_state text NOT NULL DEFAULT 'online' CHECK (status_state IN ('online', 'offline', 'custom')),
  status_text text NOT NULL DEFAULT '',
  public_key text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);

-- One row a signed-in device; a revoked session's row is gone.
CREATE TABLE device_sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  device_name text NOT NULL,
  address text,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  -- SHA-256 of the refresh token now valid, and of the one it replaced (spec AUTH-4).
  refresh_hash bytea NOT NULL,
  refresh_parent_hash bytea,
  refresh_generation integer NOT NULL DEFAULT 0,
  refresh_rotated_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX device_sessions_by_user ON device_sessions (user_id);
CREATE INDEX device_sessions_by_expiry ON device_sessions (expires_at);

CREATE TABLE blocks (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  blocked_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, blocked_id)
);
CREATE INDEX blocks_by_blocked ON blocks (blocked_id);

-- Secrets that every node of a cluster shares: access-token key pairs by kid, the refresh-token key.
CREATE TABLE signing_keys (
  kid text PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('access', 'refresh')),
  secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Conversations ------------------------------------------------------------------------------------------------------

-- A type of its own: a CHECK would be read from the catalogue again by each statement that updates a counter below.
CREATE TYPE conversation_kind AS ENUM ('group', 'dm');

-- The counter of one log. Hot: every send updates one row, so pages keep room for HOT updates.
CREATE TABLE conversations (
  id uuid PRIMARY KEY,
  kind conversation_kind NOT NULL,
  first_seq bigint NOT NULL DEFAULT 1,
  last_seq bigint NOT NULL DEFAULT 0,
  last_message_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE groups (
  id uuid PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  photo_media_id uuid,
  owner_id uuid NOT NULL REFERENCES users,
  access text NOT NULL DEFAULT 'invite' CHECK (access IN ('open', 'invite')),
  who_can_post text NOT NULL DEFAULT 'all' CHECK (who_can_post IN ('all', 'admins')),
  messages_retention bigint,
  upload_max_bytes bigint NOT NULL,
  member_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX groups_with_retention ON groups (id) WHERE messages_retention IS NOT NULL;
CREATE INDEX groups_by_owner ON groups (owner_id);

CREATE TABLE dms (
  id uuid PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
  user_a uuid NOT NULL REFERENCES users,
  user_b uuid NOT NULL REFERENCES users,
  UNIQUE (user_a, user_b),
  CHECK (user_a < user_b)
);

-- Who is in a conversation, of either kind, and how far they have it: the D and R watermarks.
CREATE TABLE members (
  conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'user')),
  joined_at timestamptz NOT NULL DEFAULT now(),
  delivered_seq bigint NOT NULL DEFAULT 0,
  read_seq bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, user_id)
) WITH (fillfactor = 60);
CREATE INDEX members_by_user ON members (user_id);
-- A group shows its admins. The marks are in neither key nor predicate, so their updates stay HOT.
CREATE INDEX members_admins ON members (conversation_id) WHERE role = 'admin';

CREATE TABLE bans (
  group_id uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users,
  banned_by uuid NOT NULL REFERENCES users,
  reason text,
  banned_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX bans_by_user ON bans (user_id);

CREATE TABLE invites (
  code text PRIMARY KEY,
  group_id uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
  created_by uuid NOT NULL REFERENCES users,
  expires_at timestamptz,
  max_uses integer,
  uses integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX invites_by_group ON invites (group_id);

-- The log ------------------------------------------------------------------------------------------------------------
-- An event of a conversation is a row of `messages` or a row of `changes`; together their `seq`s have no gap (LOG-1).

-- No foreign keys here: each would lock two more rows a send. Users' rows are never removed, and `append_messages` holds
-- the conversation's row while it writes; removing a conversation removes its log in the same transaction.

CREATE TABLE messages (
  conversation_id uuid NOT NULL,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  client_id text,
  sender_id uuid NOT NULL,
  type text NOT NULL,
  content jsonb,
  encryption jsonb,
  reply_to uuid,
  mentions uuid[] NOT NULL DEFAULT '{}',
  -- [{emoji, user_ids, count}] as clients see it; the truth is in `reactions`.
  reactions jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL,
  edited_at timestamptz,
  deleted_at timestamptz,
  PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX messages_by_id ON messages (id);
CREATE UNIQUE INDEX messages_by_client_id ON messages (conversation_id, sender_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE changes (
  conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
  seq bigint NOT NULL,
  event text NOT NULL CHECK (event IN ('edited', 'deleted', 'reaction')),
  message_id uuid NOT NULL,
  message_seq bigint NOT NULL,
  actor_id uuid NOT NULL REFERENCES users,
  emoji text,
  is_on boolean,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (conversation_id, seq)
);

CREATE TABLE reactions (
  conversation_id uuid NOT NULL,
  message_seq bigint NOT NULL,
  emoji text NOT NULL,
  user_id uuid NOT NULL REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (conversation_id, message_seq, emoji, user_id),
  FOREIGN KEY (conversation_id, message_seq) REFERENCES messages (conversation_id, seq) ON DELETE CASCADE
);

CREATE TABLE pins (
  conversation_id uuid NOT NULL,
  message_seq bigint NOT NULL,
  pinned_by uuid NOT NULL REFERENCES users,
  pinned_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  PRIMARY KEY (conversation_id, message_seq),
  FOREIGN KEY (conversation_id, message_seq) REFERENCES messages (conversation_id, seq) ON DELETE CASCADE
);

-- Mentions that their user has not read yet.
CREATE TABLE unread_mentions (
  user_id uuid NOT NULL,
  conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
  seq bigint NOT NULL,
  PRIMARY KEY (user_id, conversation_id, seq)
);
CREATE INDEX unread_mentions_by_conversation ON unread_mentions (conversation_id, seq);

-- Each entry of a group's audit log names the hash of the one before (spec AUDIT-1).
CREATE TABLE audit_entries (
  group_id uuid NOT NULL,
  number bigint NOT NULL,
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  actor_id uuid NOT NULL,
  action text NOT NULL,
  target_id uuid,
  details jsonb NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (group_id, number)
);

-- Stores a batch of messages and gives each the next `seq` of its conversation (spec LOG-2). `p_logs` are the batch's
-- conversations, each once and in ascending order: that is the order in which their rows are locked, so two nodes never wait
-- for each other. `p_counts` says how many messages each gets; `p_log_of` and `p_places`, for each message, which of them is
-- its and where in it: 1, 2, 3. Messages of a conversation stand together. A message whose client_id was seen comes back as
-- the one first stored, `duplicate`; one whose conversation is gone does not come back; one that replies to what is not
-- there comes back without a `seq`. `p_plain`: there are no replies and no mentions.
--
-- The unique index finds duplicates, under the lock, while it is being written to: looking them up beforehand would cost
-- as much again, and a join with `messages` that was planned while the table was small reads all of it later.
CREATE FUNCTION append_messages(
  p_logs uuid[], p_counts integer[], p_log_of integer[], p_places integer[],
  p_ids uuid[], p_senders uuid[], p_client_ids text[], p_types text[], p_contents text[], p_encryptions text[],
  p_reply_tos uuid[], p_mentioned_names text[], p_plain boolean
) RETURNS TABLE (ord integer, id uuid, seq bigint, created_at timestamptz, duplicate boolean, mentions uuid[])
LANGUAGE plpgsql
-- A plan is made once for the connection's life, so it must not be one that suited empty tables; and rows must be locked in
-- the order of their ids, which is the order of their index.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
  v_count CONSTANT integer := cardinality(p_ids);
  v_log integer := 0;
  v_conversation uuid;
  v_next bigint;
  -- Milliseconds, as everywhere on the wire; taken under the lock, so it never runs backwards within a conversation.
  v_now timestamptz;
  v_before bigint[];
  v_times timestamptz[];
  v_unused integer := 0;
  v_stored boolean;
BEGIN
  -- Nearly always nothing is a duplicate and no conversation is gone, and two statements store all. Otherwise what they did
  -- is undone.
  IF p_plain THEN
    BEGIN
      WITH counted AS (
        -- `width_bucket` is the place of `c.id` in `p_logs`, by bisection; a join could take either side first, and then the
        -- rows in any order.
        UPDATE conversations c
        SET last_seq = c.last_seq + p_counts[width_bucket(c.id, p_logs)],
            last_message_at = date_trunc('milliseconds', clock_timestamp())
        WHERE c.id = ANY (p_logs)
        RETURNING c.id, c.last_seq - p_counts[width_bucket(c.id, p_logs)] AS before, c.last_message_at AS at
      )
      SELECT array_agg(k.before ORDER BY k.id), array_agg(k.at ORDER BY k.id) INTO v_before, v_times FROM counted k;
      IF cardinality(v_before) IS DISTINCT FROM cardinality(p_logs) THEN RAISE no_data_found; END IF;
      INSERT INTO messages (conversation_id, seq, id, client_id, sender_id, type, content, encryption, created_at)
      SELECT p_logs[i.log], v_before[i.log] + i.place, i.id, i.client_id, i.sender_id, i.type, i.content::jsonb,
             i.encryption::jsonb, v_times[i.log]
      FROM unnest(p_log_of, p_places, p_ids, p_client_ids, p_senders, p_types, p_contents, p_encryptions)
        AS i (log, place, id, client_id, sender_id, type, content, encryption);
      RETURN QUERY
        SELECT i.ord::integer, i.id, v_before[i.log] + i.place, v_times[i.log], false, '{}'::uuid[]
        FROM unnest(p_log_of, p_places, p_ids) WITH ORDINALITY AS i (log, place, id, ord);
      RETURN;
    EXCEPTION WHEN unique_violation OR no_data_found THEN
      NULL;
    END;
  END IF;

  FOR i IN 1 .. v_count LOOP
    IF v_log <> p_log_of[i] THEN
      v_log := p_log_of[i];
      v_conversation := p_logs[v_log];
      v_unused := 0;
      UPDATE conversations c
      SET last_seq = c.last_seq + p_counts[v_log],
          last_message_at = date_trunc('milliseconds', clock_timestamp())
      WHERE c.id = v_conversation
      RETURNING c.last_seq - p_counts[v_log], c.last_message_at INTO v_next, v_now;
    END IF;
    CONTINUE WHEN v_next IS NULL;

    ord := i; id := p_ids[i]; seq := v_next + 1; created_at := v_now; duplicate := false; mentions := '{}';
    v_stored := false;
    IF p_reply_tos[i] IS NULL OR EXISTS (
      SELECT 1 FROM messages r WHERE r.id = p_reply_tos[i] AND r.conversation_id = v_conversation
    ) THEN
      IF NOT p_plain AND p_mentioned_names[i] <> '{}' THEN
        mentions := ARRAY(
          SELECT u.id FROM users u JOIN members m ON m.user_id = u.id AND m.conversation_id = v_conversation
          WHERE u.username = ANY (p_mentioned_names[i]::text[])
        );
      END IF;
      INSERT INTO messages (conversation_id, seq, id, client_id, sender_id, type, content, encryption, reply_to,
                            mentions, created_at)
      VALUES (v_conversation, seq, id, p_client_ids[i], p_senders[i], p_types[i], p_contents[i]::jsonb,
              p_encryptions[i]::jsonb, p_reply_tos[i], mentions, v_now)
      ON CONFLICT (conversation_id, sender_id, client_id) WHERE client_id IS NOT NULL DO NOTHING;
      v_stored := FOUND;
    END IF;
    IF v_stored THEN
      v_next := seq;
      IF mentions <> '{}' THEN
        INSERT INTO unread_mentions (user_id, conversation_id, seq)
        SELECT u.user_id, v_conversation, seq FROM unnest(mentions) AS u (user_id) WHERE u.user_id <> p_senders[i];
      END IF;
    ELSE
      v_unused := v_unused + 1;
      SELECT m.id, m.seq, m.created_at, true, m.mentions INTO id, seq, created_at, duplicate, mentions
      FROM messages m
      WHERE m.conversation_id = v_conversation AND m.sender_id = p_senders[i] AND m.client_id = p_client_ids[i];
      IF NOT FOUND THEN
        id := p_ids[i]; created_at := v_now; duplicate := false; mentions := '{}';
      END IF;
    END IF;
    RETURN NEXT;

    -- At the end of a conversation the places that nothing took are given back.
    IF v_unused > 0 AND p_places[i] = p_counts[v_log] THEN
      UPDATE conversations c
      SET last_seq = v_next,
          last_message_at = coalesce(
            (SELECT m.created_at FROM messages m WHERE m.conversation_id = v_conversation ORDER BY m.seq DESC LIMIT 1),
            c.last_message_at)
      WHERE c.id = v_conversation;
    END IF;
  END LOOP;
END
$$;
