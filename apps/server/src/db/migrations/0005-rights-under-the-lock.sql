-- Rights are checked again under the lock that gives a message its `seq`: nobody's message is stored after the event that
-- took their right to send (spec AUTHZ-5). The version rises with every such event, so that a sender whose rights were checked
-- at the current version costs one comparison.
ALTER TABLE conversations ADD COLUMN rights_version integer NOT NULL DEFAULT 0;

-- Triggers, because an operation that is written later must not be able to forget it. Gaining a right needs no new version.

CREATE FUNCTION rights_lost_by_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1
  WHERE c.id IN (SELECT r.conversation_id FROM removed r);
  RETURN NULL;
END
$$;
CREATE TRIGGER rights_lost_by_removal AFTER DELETE ON members REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION rights_lost_by_removal();

CREATE FUNCTION rights_lost_by_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1 WHERE c.id = NEW.conversation_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER rights_lost_by_role AFTER UPDATE OF role ON members
  FOR EACH ROW WHEN (OLD.role IS DISTINCT FROM NEW.role) EXECUTE FUNCTION rights_lost_by_role();

CREATE FUNCTION rights_lost_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1 WHERE c.id = NEW.id;
  RETURN NULL;
END
$$;
CREATE TRIGGER rights_lost_by_rule AFTER UPDATE OF who_can_post ON groups
  FOR EACH ROW WHEN (OLD.who_can_post IS DISTINCT FROM NEW.who_can_post) EXECUTE FUNCTION rights_lost_by_rule();

CREATE FUNCTION rights_lost_by_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1
  FROM dms d
  WHERE d.user_a = least(NEW.user_id, NEW.blocked_id) AND d.user_b = greatest(NEW.user_id, NEW.blocked_id)
    AND c.id = d.id;
  RETURN NULL;
END
$$;
CREATE TRIGGER rights_lost_by_block AFTER INSERT ON blocks FOR EACH ROW EXECUTE FUNCTION rights_lost_by_block();

CREATE FUNCTION rights_lost_by_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1
  WHERE c.id IN (SELECT m.conversation_id FROM members m WHERE m.user_id = NEW.id);
  RETURN NULL;
END
$$;
CREATE TRIGGER rights_lost_by_deletion AFTER UPDATE OF deleted_at ON users
  FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION rights_lost_by_deletion();

-- What `requireWriter` in messages/access.ts decides. VOLATILE: it MUST see what was committed while its caller waited.
CREATE FUNCTION may_send(p_conversation uuid, p_user uuid) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT EXISTS (
    SELECT 1 FROM members m
    JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL
    LEFT JOIN groups g ON g.id = m.conversation_id
    WHERE m.conversation_id = p_conversation AND m.user_id = p_user
      AND (g.who_can_post IS DISTINCT FROM 'admins' OR m.role IN ('owner', 'admin'))
  ) AND NOT EXISTS (
    SELECT 1 FROM dms d JOIN blocks b
      ON b.blocked_id = p_user AND b.user_id = CASE p_user WHEN d.user_a THEN d.user_b ELSE d.user_a END
    WHERE d.id = p_conversation
  )
$$;

-- Opaque to the server and given back byte for byte, which jsonb does not do: it changes large numbers and the order of keys.
-- Objects of before stay in `encryption` and are read as the base64 of their JSON.
ALTER TABLE messages ADD COLUMN encryption_base64 text;

DROP FUNCTION append_messages(
  uuid[], integer[], integer[], integer[], uuid[], uuid[], text[], text[], text[], text[], uuid[], text[], boolean
);

-- Stores a batch of messages and gives each the next `seq` of its conversation (spec LOG-2). `p_logs` are the batch's
-- conversations, each once and in ascending order: that is the order in which their rows are locked, so two nodes never wait
-- for each other. `p_counts` says how many messages each gets; `p_log_of` and `p_places`, for each message, which of them is
-- its and where in it: 1, 2, 3. Messages of a conversation stand together. A message whose client_id was seen comes back as
-- the one first stored, `duplicate`; one whose conversation is gone does not come back; one that replies to what is not
-- there comes back without a `seq`, and so does, as `refused`, one whose sender may not send here any more. `p_plain`: there
-- are no replies and no mentions.
--
-- `p_rights` says, for each message, at which version of the conversation's rights its sender was allowed to send; NULL where
-- that is not asked. Where it is the current version, nothing is looked up. `rights` is the version that holds from now on.
--
-- The unique index finds duplicates, under the lock, while it is being written to: looking them up beforehand would cost
-- as much again, and a join with `messages` that was planned while the table was small reads all of it later.
CREATE FUNCTION append_messages(
  p_logs uuid[], p_counts integer[], p_log_of integer[], p_places integer[],
  p_ids uuid[], p_senders uuid[], p_client_ids text[], p_types text[], p_contents text[], p_encryptions text[],
  p_reply_tos uuid[], p_mentioned_names text[], p_rights integer[], p_plain boolean
) RETURNS TABLE (
  ord integer, id uuid, seq bigint, created_at timestamptz, duplicate boolean, mentions uuid[], rights integer, refused boolean
)
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
  v_rights integer;
  v_versions integer[];
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
        RETURNING c.id, c.last_seq - p_counts[width_bucket(c.id, p_logs)] AS before, c.last_message_at AS at,
                  c.rights_version AS rights
      )
      SELECT array_agg(k.before ORDER BY k.id), array_agg(k.at ORDER BY k.id), array_agg(k.rights ORDER BY k.id)
      INTO v_before, v_times, v_versions FROM counted k;
      IF cardinality(v_before) IS DISTINCT FROM cardinality(p_logs)
        OR EXISTS (SELECT FROM unnest(p_log_of, p_rights) AS i (log, rights) WHERE i.rights <> v_versions[i.log])
      THEN RAISE no_data_found; END IF;
      INSERT INTO messages (conversation_id, seq, id, client_id, sender_id, type, content, encryption_base64, created_at)
      SELECT p_logs[i.log], v_before[i.log] + i.place, i.id, i.client_id, i.sender_id, i.type, i.content::jsonb,
             i.encryption, v_times[i.log]
      FROM unnest(p_log_of, p_places, p_ids, p_client_ids, p_senders, p_types, p_contents, p_encryptions)
        AS i (log, place, id, client_id, sender_id, type, content, encryption);
      RETURN QUERY
        SELECT i.ord::integer, i.id, v_before[i.log] + i.place, v_times[i.log], false, '{}'::uuid[],
               v_versions[i.log], false
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
      RETURNING c.last_seq - p_counts[v_log], c.last_message_at, c.rights_version INTO v_next, v_now, v_rights;
    END IF;
    CONTINUE WHEN v_next IS NULL;

    ord := i; id := p_ids[i]; seq := v_next + 1; created_at := v_now; duplicate := false; mentions := '{}';
    rights := v_rights;
    refused := coalesce(p_rights[i] <> v_rights, false) AND NOT may_send(v_conversation, p_senders[i]);
    v_stored := false;
    IF NOT refused AND (p_reply_tos[i] IS NULL OR EXISTS (
      SELECT 1 FROM messages r WHERE r.id = p_reply_tos[i] AND r.conversation_id = v_conversation
    )) THEN
      IF NOT p_plain AND p_mentioned_names[i] <> '{}' THEN
        mentions := ARRAY(
          SELECT u.id FROM users u JOIN members m ON m.user_id = u.id AND m.conversation_id = v_conversation
          WHERE u.username = ANY (p_mentioned_names[i]::text[])
        );
      END IF;
      INSERT INTO messages (conversation_id, seq, id, client_id, sender_id, type, content, encryption_base64,
                            reply_to, mentions, created_at)
      VALUES (v_conversation, seq, id, p_client_ids[i], p_senders[i], p_types[i], p_contents[i]::jsonb,
              p_encryptions[i], p_reply_tos[i], mentions, v_now)
      ON CONFLICT (conversation_id, sender_id, client_id) WHERE client_id IS NOT NULL DO NOTHING;
      v_stored := FOUND;
    END IF;
    IF v_stored THEN
      v_next := seq;
      IF mentions <> '{}' THEN
        INSERT INTO unread_mentions (user_id, conversation_id, seq)
        SELECT u.user_id, v_conversation, seq FROM unnest(mentions) AS u (user_id) WHERE u.user_id <> p_senders[i];
      END IF;
    ELSIF refused THEN
      v_unused := v_unused + 1;
      seq := NULL;
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
