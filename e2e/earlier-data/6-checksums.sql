CREATE TYPE public.conversation_kind AS ENUM (
    'group',
    'dm'
);

CREATE FUNCTION public.append_messages(p_logs uuid[], p_counts integer[], p_log_of integer[], p_places integer[], p_ids uuid[], p_senders uuid[], p_client_ids text[], p_types text[], p_contents text[], p_encryptions text[], p_reply_tos uuid[], p_mentioned_names text[], p_rights integer[], p_plain boolean) RETURNS TABLE(ord integer, id uuid, seq bigint, created_at timestamp with time zone, duplicate boolean, mentions uuid[], rights integer, refused boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
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

CREATE FUNCTION public.begin_indexing() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  INSERT INTO indexed_logs (conversation_id) VALUES (NEW.id);
  RETURN NULL;
END
$$;

CREATE FUNCTION public.clock_allowance(p_at timestamp with time zone) RETURNS interval
    LANGUAGE sql STABLE
    AS $$
  SELECT make_interval(secs => greatest(0, coalesce(max(newest.total_seconds - s.total_seconds + s.step_seconds), 0)))
  FROM clock_steps s, (SELECT n.total_seconds FROM clock_steps n ORDER BY n.id DESC LIMIT 1) newest
  WHERE s.before >= p_at
$$;

CREATE FUNCTION public.find_words(p_conversations uuid[], p_low bigint[], p_high bigint[], p_words text[], p_any boolean, p_query tsquery, p_limit integer) RETURNS TABLE(place integer, seq bigint)
    LANGUAGE plpgsql STABLE
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
  -- The comparison with the conversation is behind IS TRUE so that no index but that of the keys is used for it: the
  -- primary key would give all of the conversation, range by range.
  IF p_any THEN
    RETURN QUERY
      SELECT r.n::integer, x.seq
      FROM unnest(p_conversations, p_low, p_high) WITH ORDINALITY AS r (id, low, high, n)
      CROSS JOIN LATERAL (
        SELECT w.seq FROM message_words w
        WHERE word_keys(w.conversation_id, w.seq / 1024, tsvector_to_array(w.words))
              && word_keys(r.id, r.low / 1024, p_words)
          AND (w.conversation_id = r.id AND w.seq >= r.low AND w.seq < r.high) IS TRUE AND w.words @@ p_query
        ORDER BY w.seq DESC LIMIT p_limit
      ) x;
  ELSE
    RETURN QUERY
      SELECT r.n::integer, x.seq
      FROM unnest(p_conversations, p_low, p_high) WITH ORDINALITY AS r (id, low, high, n)
      CROSS JOIN LATERAL (
        SELECT w.seq FROM message_words w
        WHERE word_keys(w.conversation_id, w.seq / 1024, tsvector_to_array(w.words))
              @> word_keys(r.id, r.low / 1024, p_words)
          AND (w.conversation_id = r.id AND w.seq >= r.low AND w.seq < r.high) IS TRUE AND w.words @@ p_query
        ORDER BY w.seq DESC LIMIT p_limit
      ) x;
  END IF;
END
$$;

CREATE FUNCTION public.index_words(p_conversations uuid[], p_limit integer, p_characters integer, p_wait boolean) RETURNS SETOF uuid
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
  v_ids uuid[];
  v_after bigint[];
  v_upto bigint[];
  v_last bigint[];
  v_end record;
  v_stale record;
BEGIN
  -- In one order, so that two who wait never wait for each other.
  IF p_wait THEN
    PERFORM FROM indexed_logs l WHERE l.conversation_id = ANY (p_conversations)
    ORDER BY l.conversation_id FOR UPDATE;
    v_ids := p_conversations;
  ELSE
    v_ids := ARRAY(
      SELECT l.conversation_id FROM indexed_logs l WHERE l.conversation_id = ANY (p_conversations)
      ORDER BY l.conversation_id FOR UPDATE SKIP LOCKED
    );
    RETURN QUERY
      SELECT l.conversation_id FROM indexed_logs l
      WHERE l.conversation_id = ANY (p_conversations) AND l.conversation_id <> ALL (v_ids);
  END IF;

  SELECT array_agg(p.id ORDER BY p.id), array_agg(p.after ORDER BY p.id), array_agg(p.upto ORDER BY p.id),
         array_agg(p.last_seq ORDER BY p.id)
  INTO v_ids, v_after, v_upto, v_last
  FROM (
    SELECT l.conversation_id AS id, l.seq AS after, c.last_seq,
           least(c.last_seq, l.seq + greatest(0,
             p_limit - coalesce(sum(c.last_seq - l.seq) OVER (
               ORDER BY l.conversation_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))::bigint AS upto
    FROM indexed_logs l JOIN conversations c ON c.id = l.conversation_id
    WHERE l.conversation_id = ANY (v_ids) AND c.last_seq > l.seq
  ) p;

  -- A thousand of the longest texts take 9 s. The one that goes past the characters of a pass is its last.
  SELECT e.id, e.seq INTO v_end
  FROM (
    SELECT p.id, t.seq, sum(t.characters) OVER (ORDER BY p.id, t.seq) AS characters
    FROM unnest(v_ids, v_after, v_upto) AS p (id, after, upto), LATERAL (
      SELECT m.seq, length(m.content ->> 'text') AS characters FROM messages m
      WHERE m.conversation_id = p.id AND m.seq > p.after AND m.seq <= p.upto
      UNION ALL
      SELECT h.seq, (
        SELECT length(m.content ->> 'text') FROM messages m WHERE m.conversation_id = p.id AND m.seq = h.message_seq)
      FROM changes h
      WHERE h.conversation_id = p.id AND h.seq > p.after AND h.seq <= p.upto AND h.event = 'edited'
      OFFSET 0
    ) t
  ) e
  WHERE e.characters > p_characters ORDER BY e.id, e.seq LIMIT 1;
  IF FOUND THEN
    v_upto := ARRAY(
      SELECT CASE WHEN p.id < v_end.id THEN p.upto WHEN p.id = v_end.id THEN v_end.seq ELSE p.after END
      FROM unnest(v_ids, v_after, v_upto) AS p (id, after, upto) ORDER BY p.id
    );
  END IF;

  -- One by one, as they are few: a join might read all words first.
  FOR v_stale IN
    SELECT p.id, h.message_seq AS seq
    FROM unnest(v_ids, v_after, v_upto) AS p (id, after, upto), LATERAL (
      SELECT h.message_seq FROM changes h
      WHERE h.conversation_id = p.id AND h.seq > p.after AND h.seq <= p.upto AND h.event IN ('edited', 'deleted')
      OFFSET 0
    ) h
  LOOP
    DELETE FROM message_words w WHERE w.conversation_id = v_stale.id AND w.seq = v_stale.seq;
  END LOOP;

  INSERT INTO message_words (conversation_id, seq, words)
  SELECT p.id, m.seq, to_tsvector('simple', m.content ->> 'text')
  FROM unnest(v_ids, v_after, v_upto) AS p (id, after, upto), LATERAL (
    SELECT m.* FROM messages m WHERE m.conversation_id = p.id AND m.seq > p.after AND m.seq <= p.upto
    UNION ALL
    -- What is older than that and was edited.
    SELECT m.* FROM messages m
    WHERE m.conversation_id = p.id AND m.seq <= p.after AND m.seq IN (
      SELECT h.message_seq FROM changes h
      WHERE h.conversation_id = p.id AND h.seq > p.after AND h.seq <= p.upto AND h.event = 'edited'
    )
    OFFSET 0
  ) m
  WHERE m.type <> 'system' AND m.encryption IS NULL AND m.deleted_at IS NULL AND m.content ->> 'text' IS NOT NULL;

  UPDATE indexed_logs l SET seq = v_upto[width_bucket(l.conversation_id, v_ids)]
  WHERE l.conversation_id = ANY (v_ids);

  RETURN QUERY SELECT p.id FROM unnest(v_ids, v_upto, v_last) AS p (id, upto, last) WHERE p.upto < p.last;
END
$$;

CREATE FUNCTION public.lock_conversation(p_conversation uuid) RETURNS boolean
    LANGUAGE plpgsql
    SET lock_timeout TO '1s'
    AS $$
BEGIN
  PERFORM FROM conversations WHERE id = p_conversation FOR UPDATE;
  RETURN FOUND;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END
$$;

CREATE FUNCTION public.may_send(p_conversation uuid, p_user uuid) RETURNS boolean
    LANGUAGE sql
    AS $$
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

CREATE FUNCTION public.rights_lost_by_block() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1
  FROM dms d
  WHERE d.user_a = least(NEW.user_id, NEW.blocked_id) AND d.user_b = greatest(NEW.user_id, NEW.blocked_id)
    AND c.id = d.id;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.rights_lost_by_deletion() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1
  WHERE c.id IN (SELECT m.conversation_id FROM members m WHERE m.user_id = NEW.id);
  RETURN NULL;
END
$$;

CREATE FUNCTION public.rights_lost_by_removal() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1
  WHERE c.id IN (SELECT r.conversation_id FROM removed r);
  RETURN NULL;
END
$$;

CREATE FUNCTION public.rights_lost_by_role() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1 WHERE c.id = NEW.conversation_id;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.rights_lost_by_rule() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE conversations c SET rights_version = c.rights_version + 1 WHERE c.id = NEW.id;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.seq_at(p_conversation uuid, p_at timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
  v_low bigint;
  v_high bigint;
  v_middle bigint;
  v_seq bigint;
  v_stored_at timestamptz;
BEGIN
  SELECT first_seq, last_seq + 1 INTO v_low, v_high FROM conversations WHERE id = p_conversation;
  WHILE v_low < v_high LOOP
    v_middle := (v_low + v_high) / 2;
    SELECT m.seq, m.created_at INTO v_seq, v_stored_at FROM messages m
    WHERE m.conversation_id = p_conversation AND m.seq >= v_middle ORDER BY m.seq LIMIT 1;
    IF NOT FOUND OR v_stored_at >= p_at THEN
      v_high := v_middle;
    ELSE
      v_low := v_seq + 1;
    END IF;
  END LOOP;
  RETURN v_high;
END
$$;

CREATE FUNCTION public.word_keys(p_conversation uuid, p_block bigint, p_words text[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  SELECT coalesce(array_agg(
    (uuid_hash_extended(p_conversation, p_block) & -4294967296) | (hashtextextended(word, 0) & 4294967295)), '{}')
  FROM unnest(p_words) AS word
$$;

CREATE TABLE public.announced_changes (
    id bigint NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    announced_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    change jsonb NOT NULL
);

ALTER TABLE public.announced_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.announced_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_entries (
    group_id uuid NOT NULL,
    number bigint NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid NOT NULL,
    action text NOT NULL,
    target_id uuid,
    details jsonb NOT NULL,
    prev_hash text NOT NULL,
    hash text NOT NULL
);

CREATE TABLE public.bans (
    group_id uuid NOT NULL,
    user_id uuid NOT NULL,
    banned_by uuid NOT NULL,
    reason text,
    banned_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.blocks (
    user_id uuid NOT NULL,
    blocked_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.changes (
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    event text NOT NULL,
    message_id uuid NOT NULL,
    message_seq bigint NOT NULL,
    actor_id uuid NOT NULL,
    emoji text,
    is_on boolean,
    created_at timestamp with time zone NOT NULL,
    event_id uuid DEFAULT gen_random_uuid(),
    CONSTRAINT changes_event_check CHECK ((event = ANY (ARRAY['edited'::text, 'deleted'::text, 'reaction'::text])))
);

CREATE TABLE public.clock_steps (
    id bigint NOT NULL,
    before timestamp with time zone NOT NULL,
    step_seconds double precision NOT NULL,
    total_seconds double precision NOT NULL
);

ALTER TABLE public.clock_steps ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.clock_steps_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.conversations (
    id uuid NOT NULL,
    kind public.conversation_kind NOT NULL,
    first_seq bigint DEFAULT 1 NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    last_message_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    rights_version integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.departures (
    group_id uuid NOT NULL,
    user_id uuid NOT NULL,
    left_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.device_sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    device_name text NOT NULL,
    address text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL,
    refresh_hash bytea NOT NULL,
    refresh_parent_hash bytea,
    refresh_generation integer DEFAULT 0 NOT NULL,
    refresh_rotated_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    active_at timestamp with time zone
);

CREATE TABLE public.dms (
    id uuid NOT NULL,
    user_a uuid NOT NULL,
    user_b uuid NOT NULL,
    CONSTRAINT dms_check CHECK ((user_a < user_b))
);

CREATE TABLE public.groups (
    id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    photo_media_id uuid,
    owner_id uuid NOT NULL,
    access text DEFAULT 'invite'::text NOT NULL,
    who_can_post text DEFAULT 'all'::text NOT NULL,
    messages_retention bigint,
    upload_max_bytes bigint NOT NULL,
    member_count integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT groups_access_check CHECK ((access = ANY (ARRAY['open'::text, 'invite'::text]))),
    CONSTRAINT groups_who_can_post_check CHECK ((who_can_post = ANY (ARRAY['all'::text, 'admins'::text])))
);

CREATE TABLE public.indexed_logs (
    conversation_id uuid NOT NULL,
    seq bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.invites (
    code text NOT NULL,
    group_id uuid NOT NULL,
    created_by uuid NOT NULL,
    expires_at timestamp with time zone,
    max_uses integer,
    uses integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.job_turns (
    job text NOT NULL,
    begun_at timestamp with time zone NOT NULL
);

CREATE TABLE public.members (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    joined_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_seq bigint DEFAULT 0 NOT NULL,
    read_seq bigint DEFAULT 0 NOT NULL,
    CONSTRAINT members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'user'::text])))
)
WITH (fillfactor='60');

CREATE TABLE public.message_words (
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    words tsvector NOT NULL
);

CREATE TABLE public.messages (
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    id uuid NOT NULL,
    client_id text,
    sender_id uuid NOT NULL,
    type text NOT NULL,
    content jsonb,
    encryption jsonb,
    reply_to uuid,
    mentions uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    reactions jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone,
    encryption_base64 text
);

CREATE TABLE public.pins (
    conversation_id uuid NOT NULL,
    message_seq bigint NOT NULL,
    pinned_by uuid NOT NULL,
    pinned_at timestamp with time zone DEFAULT date_trunc('milliseconds'::text, now()) NOT NULL
);

CREATE TABLE public.reactions (
    conversation_id uuid NOT NULL,
    message_seq bigint NOT NULL,
    emoji text NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.retired_usernames (
    username text NOT NULL,
    retired_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    ran_at timestamp with time zone DEFAULT now() NOT NULL,
    checksum text
);

CREATE TABLE public.signing_keys (
    kid text NOT NULL,
    purpose text NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT signing_keys_purpose_check CHECK ((purpose = ANY (ARRAY['access'::text, 'refresh'::text])))
);

CREATE TABLE public.unread_mentions (
    user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE public.users (
    id uuid NOT NULL,
    username text,
    pin text,
    display_name text NOT NULL,
    password_hash text,
    photo_media_id uuid,
    background jsonb,
    status_state text DEFAULT 'online'::text NOT NULL,
    status_text text DEFAULT ''::text NOT NULL,
    public_key text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    password_guessed_at timestamp with time zone,
    CONSTRAINT users_status_state_check CHECK ((status_state = ANY (ARRAY['online'::text, 'offline'::text, 'custom'::text])))
);

INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (1, '732', '2026-11-28 14:34:23.395896+00', '{"kind": "group", "type": "standing", "reason": "joined", "userId": "01a22294-22a9-7009-96dd-2e540d174c35", "standing": "owner", "conversationId": "01a22294-2319-75f5-9151-931fc99f253e"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (2, '732', '2026-11-28 14:34:23.396042+00', '{"type": "conversation_updated", "conversationId": "01a22294-2319-75f5-9151-931fc99f253e"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (3, '733', '2026-11-28 14:34:23.416423+00', '{"kind": "group", "type": "standing", "reason": "joined", "userId": "01a22294-2308-7478-a998-c54e94f77b64", "standing": "user", "conversationId": "01a22294-2319-75f5-9151-931fc99f253e"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (4, '733', '2026-11-28 14:34:23.416531+00', '{"type": "conversation_updated", "conversationId": "01a22294-2319-75f5-9151-931fc99f253e"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (5, '749', '2026-11-28 14:34:23.677441+00', '{"kind": "dm", "type": "standing", "reason": "joined", "userId": "01a22294-22a9-7009-96dd-2e540d174c35", "standing": "user", "conversationId": "01a22294-2436-723a-9dcf-f4baf697f241"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (6, '749', '2026-11-28 14:34:23.677527+00', '{"kind": "dm", "type": "standing", "reason": "joined", "userId": "01a22294-2308-7478-a998-c54e94f77b64", "standing": "user", "conversationId": "01a22294-2436-723a-9dcf-f4baf697f241"}');

INSERT INTO public.changes VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 13, 'edited', '01a22294-2358-731d-a2ac-417aa630592e', 4, '01a22294-22a9-7009-96dd-2e540d174c35', NULL, NULL, '2026-11-28 14:34:23.627+00', '79456a4f-bcf9-443d-b2de-17def037f39e');
INSERT INTO public.changes VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 14, 'deleted', '01a22294-235e-7141-bf18-fb6717308f0d', 5, '01a22294-2308-7478-a998-c54e94f77b64', NULL, NULL, '2026-11-28 14:34:23.636+00', '067cf82a-77d2-417e-b90b-578252c2406b');

INSERT INTO public.conversations VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 'group', 1, 14, '2026-11-28 14:34:23.596+00', '2026-11-28 14:34:23.385441+00', 0);
INSERT INTO public.conversations VALUES ('01a22294-2436-723a-9dcf-f4baf697f241', 'dm', 1, 1, '2026-11-28 14:34:23.688+00', '2026-11-28 14:34:23.671066+00', 0);

INSERT INTO public.device_sessions VALUES ('01a22294-22ab-71a6-8e2b-08b6c37ad8cb', '01a22294-22a9-7009-96dd-2e540d174c35', 'unnamed device', '127.0.0.1', '2026-11-28 14:34:23.274116+00', '2026-11-28 14:34:23.274116+00', '\x932ef907d39cc38fc8c420b443a0a37d6c110ea2343fccf69fa88f2a4ab233b8', NULL, 0, '2026-11-28 14:34:23.274116+00', '2026-12-28 14:34:23.274116+00', NULL);
INSERT INTO public.device_sessions VALUES ('01a22294-230a-72db-a4bd-7bcade1671ad', '01a22294-2308-7478-a998-c54e94f77b64', 'unnamed device', '127.0.0.1', '2026-11-28 14:34:23.369031+00', '2026-11-28 14:34:23.369031+00', '\xa556a812f9d5d3d44d39748fc72bb3fe324736e6483907527977107761673cad', NULL, 0, '2026-11-28 14:34:23.369031+00', '2026-12-28 14:34:23.369031+00', NULL);

INSERT INTO public.dms VALUES ('01a22294-2436-723a-9dcf-f4baf697f241', '01a22294-22a9-7009-96dd-2e540d174c35', '01a22294-2308-7478-a998-c54e94f77b64');

INSERT INTO public.groups VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 'Harbour', 'boats', NULL, '01a22294-22a9-7009-96dd-2e540d174c35', 'invite', 'all', NULL, 1073741824, 2, '2026-11-28 14:34:23.385441+00', '2026-11-28 14:34:23.385441+00');

INSERT INTO public.indexed_logs VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 14);
INSERT INTO public.indexed_logs VALUES ('01a22294-2436-723a-9dcf-f4baf697f241', 1);

INSERT INTO public.invites VALUES ('p7EcYjx3jWYr', '01a22294-2319-75f5-9151-931fc99f253e', '01a22294-22a9-7009-96dd-2e540d174c35', NULL, NULL, 0, '2026-11-28 14:34:23.658317+00');

INSERT INTO public.job_turns VALUES ('old_changes', '2026-11-28 14:34:23.073212+00');
INSERT INTO public.job_turns VALUES ('expired_sessions', '2026-11-28 14:34:23.073943+00');
INSERT INTO public.job_turns VALUES ('trim_logs', '2026-11-28 14:34:23.074334+00');

INSERT INTO public.members VALUES ('01a22294-2319-75f5-9151-931fc99f253e', '01a22294-22a9-7009-96dd-2e540d174c35', 'owner', '2026-11-28 14:34:23.385441+00', 0, 0);
INSERT INTO public.members VALUES ('01a22294-2319-75f5-9151-931fc99f253e', '01a22294-2308-7478-a998-c54e94f77b64', 'user', '2026-11-28 14:34:23.402825+00', 0, 0);
INSERT INTO public.members VALUES ('01a22294-2436-723a-9dcf-f4baf697f241', '01a22294-22a9-7009-96dd-2e540d174c35', 'user', '2026-11-28 14:34:23.671066+00', 0, 0);
INSERT INTO public.members VALUES ('01a22294-2436-723a-9dcf-f4baf697f241', '01a22294-2308-7478-a998-c54e94f77b64', 'user', '2026-11-28 14:34:23.671066+00', 0, 0);

INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 2, '''1'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 3, '''2'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 6, '''5'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 7, '''6'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 8, '''7'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 9, '''8'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 10, '''i'':2 ''it'':4 ''saw'':3 ''yes'':1');
INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 11, '''here'':2 ''look'':1 ''pete'':3');
INSERT INTO public.message_words VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 4, '''3'':6 ''at'':4 ''osprey'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a22294-2436-723a-9dcf-f4baf697f241', 1, '''a'':1 ''for'':3 ''lantern'':2 ''you'':4');

INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 1, '01a22294-2333-7141-ac53-cfdada34efa0', NULL, '01a22294-22a9-7009-96dd-2e540d174c35', 'system', '{"event": "member_joined", "user_id": "01a22294-2308-7478-a998-c54e94f77b64", "actor_id": "01a22294-22a9-7009-96dd-2e540d174c35"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.412+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 2, '01a22294-2344-77d2-b1c8-29a0966cb8f1', 'd33a7119-2b72-48ad-be14-86d8a71e8f9f', '01a22294-22a9-7009-96dd-2e540d174c35', 'text', '{"text": "the heron waits at pier 1"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.43+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 3, '01a22294-2351-71a1-9a26-af323099bca7', '004943b7-10c6-4ec8-ad58-d1987861f971', '01a22294-2308-7478-a998-c54e94f77b64', 'text', '{"text": "the heron waits at pier 2"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.441+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 6, '01a22294-2368-702c-8098-852b5cb9512b', 'caa8acd8-962a-468e-8423-a3f4432f1c88', '01a22294-22a9-7009-96dd-2e540d174c35', 'text', '{"text": "the heron waits at pier 5"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.464+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 7, '01a22294-236e-7567-b55d-abf9a11af88e', '308bb79d-fea2-4c09-b38a-21626854a4bc', '01a22294-2308-7478-a998-c54e94f77b64', 'text', '{"text": "the heron waits at pier 6"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.471+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 8, '01a22294-2374-717a-867b-87274873b590', '403641d8-da29-451f-8d36-34d1faafcec9', '01a22294-22a9-7009-96dd-2e540d174c35', 'text', '{"text": "the heron waits at pier 7"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.476+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 9, '01a22294-23ae-7439-a14b-3af79f24aa24', '393fddee-b7f8-4fa2-be45-4545873b78b3', '01a22294-2308-7478-a998-c54e94f77b64', 'text', '{"text": "the heron waits at pier 8"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.534+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 10, '01a22294-23cb-7786-a0a2-ebfd4c26950e', '87135b99-018e-4525-9025-16a0a954fae2', '01a22294-2308-7478-a998-c54e94f77b64', 'text', '{"text": "yes, I saw it"}', NULL, '01a22294-2344-77d2-b1c8-29a0966cb8f1', '{}', '[]', '2026-11-28 14:34:23.567+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 11, '01a22294-23d6-7637-8133-09c7a0e73277', '02038f3a-8d83-4d73-8017-5bbd3da87fca', '01a22294-22a9-7009-96dd-2e540d174c35', 'text', '{"text": "look here @pete"}', NULL, NULL, '{01a22294-2308-7478-a998-c54e94f77b64}', '[]', '2026-11-28 14:34:23.574+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 12, '01a22294-23eb-728c-ab50-432dfdaa3ff0', '197f3e2d-69c4-4623-b934-60cd19c15c9b', '01a22294-22a9-7009-96dd-2e540d174c35', 'text', NULL, NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.596+00', NULL, NULL, 'c2VhbGVk');
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 4, '01a22294-2358-731d-a2ac-417aa630592e', 'd1e9c72b-310a-4c86-a352-90a1496ccf59', '01a22294-22a9-7009-96dd-2e540d174c35', 'text', '{"text": "the osprey waits at pier 3"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.448+00', '2026-11-28 14:34:23.626+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a22294-2319-75f5-9151-931fc99f253e', 5, '01a22294-235e-7141-bf18-fb6717308f0d', 'a8754a58-a091-44b0-b9bf-75f99192bdb5', '01a22294-2308-7478-a998-c54e94f77b64', 'text', NULL, NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.458+00', NULL, '2026-11-28 14:34:23.635+00', NULL);
INSERT INTO public.messages VALUES ('01a22294-2436-723a-9dcf-f4baf697f241', 1, '01a22294-2447-70d5-b191-a37e71f8eaaa', 'f836576c-6a7f-4839-a9a9-7754965965ff', '01a22294-2308-7478-a998-c54e94f77b64', 'text', '{"text": "a lantern for you"}', NULL, NULL, '{}', '[]', '2026-11-28 14:34:23.688+00', NULL, NULL, NULL);

INSERT INTO public.schema_migrations VALUES ('0001-core.sql', '2026-11-28 14:34:22.896998+00', '9553b5000400264edd809683bbda1031bd4eb8c82bf559f863902a84fd5c2a7b');
INSERT INTO public.schema_migrations VALUES ('0002-search.sql', '2026-11-28 14:34:22.896998+00', 'ce0bcc398ad26bd3d4076671d3b22382b6376ef44b4a0f862f7a4f6ccf77af27');
INSERT INTO public.schema_migrations VALUES ('0003-announced-changes.sql', '2026-11-28 14:34:22.896998+00', '32646c40f7aca4dd8cd84caa33baa36d36daba7a59b15fe9e51372ec06131916');
INSERT INTO public.schema_migrations VALUES ('0004-job-turns.sql', '2026-11-28 14:34:22.896998+00', 'a4c08335268e9c49a340f89e2223e2347c76a451b7b48a5e8c2cee8f58f9a20b');
INSERT INTO public.schema_migrations VALUES ('0005-rights-under-the-lock.sql', '2026-11-28 14:34:22.896998+00', '8bed511aceb977158fc9632719b78aef81a4d2e1dd2c7dcccbce0f951309d9cb');
INSERT INTO public.schema_migrations VALUES ('0007-names-and-guesses.sql', '2026-11-28 14:34:22.896998+00', '95614cc60c4601797665f3123fdc6a27945a1f5a44c297a267a8e38b5cfc61bc');
INSERT INTO public.schema_migrations VALUES ('0006-session-activity.sql', '2026-11-28 14:34:22.896998+00', '49ff930b64ef0fd90194dd92f076e3bf0fe571cdad6e37249c186d2ef9b28b82');
INSERT INTO public.schema_migrations VALUES ('0010-event-ids.sql', '2026-11-28 14:34:22.896998+00', '7aae3586aec4bee2c5953f72d40451f8f95ac45ec91453e3df564484bb1a4c48');
INSERT INTO public.schema_migrations VALUES ('0011-search-by-conversation.sql', '2026-11-28 14:34:22.896998+00', '583256c4b29ae32340ef5eda5a48ffd0fae1c0da073200ab15d8a0e374eb62c1');
INSERT INTO public.schema_migrations VALUES ('0012-search-plan.sql', '2026-11-28 14:34:22.896998+00', '9cfa09d037a2691abbd1703d772e0729466432d125434fed52c35763b2ad36de');
INSERT INTO public.schema_migrations VALUES ('0013-clock-steps.sql', '2026-11-28 14:34:22.896998+00', '4e4d33456ab7eeafa9a050f38bd4c85bce1b866a5986f806c955c9776c7eef45');
INSERT INTO public.schema_migrations VALUES ('0014-index-older-logs.sql', '2026-11-28 14:34:22.896998+00', '93b80a6359f62424f4ec1cfa1cb1ac463bea5cf61f1caac654d02a697f1069d6');
INSERT INTO public.schema_migrations VALUES ('0015-lock-conversation.sql', '2026-11-28 14:34:22.896998+00', 'b325b560ee0370bb94794595f0837d8cbb4c21ff47e1f72e7495297199fd6f38');
INSERT INTO public.schema_migrations VALUES ('0016-departures.sql', '2026-11-28 14:34:22.896998+00', '764d05b5673c72bb07f9fe3424e79a4d6bf66cfd9efe0c03a4b86639a2251bdd');

INSERT INTO public.signing_keys VALUES ('01a22294218f7304a0c4e4f8654b2336', 'access', '\xbd731275be833ac9ffdf075acf6bcee54d294efa7c427ae7a7bec0e9bb91161d', '2026-11-28 14:34:22.988502+00');
INSERT INTO public.signing_keys VALUES ('01a2229421937062b59a86945d12cbdb', 'refresh', '\x5daf621dfecda40f3467ce999363b64e3126aa625885a51788cbc3139beb81a5', '2026-11-28 14:34:22.988502+00');

INSERT INTO public.unread_mentions VALUES ('01a22294-2308-7478-a998-c54e94f77b64', '01a22294-2319-75f5-9151-931fc99f253e', 11);

INSERT INTO public.users VALUES ('01a22294-22a9-7009-96dd-2e540d174c35', 'olivia', 'ZHEBKGV7', 'Olivia', '$argon2id$v=19$m=19456,t=2,p=1$mKjTtlroxgMQ/L4lm6Kz2zi5VRDvRuXq4mkW9jSboTo$nEW1sOXoDwUfCjRNgsXsjzv/5NsIp9SjHx0mi0fKdE8', NULL, NULL, 'online', '', NULL, '2026-11-28 14:34:23.274+00', '2026-11-28 14:34:23.274+00', NULL, NULL);
INSERT INTO public.users VALUES ('01a22294-2308-7478-a998-c54e94f77b64', 'pete', 'NHNYAH26', 'Pete', '$argon2id$v=19$m=19456,t=2,p=1$g+dM0pRxbDT9iVf9naI5f/OpiGORXl7OnNJLrhORq9I$oOxw7JBtnLzZwW9DaJtXnDFSkPxHcMHKtkXQNac1ffU', NULL, NULL, 'online', '', NULL, '2026-11-28 14:34:23.369+00', '2026-11-28 14:34:23.369+00', NULL, NULL);

SELECT pg_catalog.setval('public.announced_changes_id_seq', 6, true);

SELECT pg_catalog.setval('public.clock_steps_id_seq', 1, false);

ALTER TABLE ONLY public.announced_changes
    ADD CONSTRAINT announced_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (group_id, number);

ALTER TABLE ONLY public.bans
    ADD CONSTRAINT bans_pkey PRIMARY KEY (group_id, user_id);

ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT blocks_pkey PRIMARY KEY (user_id, blocked_id);

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (conversation_id, seq);

ALTER TABLE ONLY public.clock_steps
    ADD CONSTRAINT clock_steps_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.departures
    ADD CONSTRAINT departures_pkey PRIMARY KEY (group_id, user_id);

ALTER TABLE ONLY public.device_sessions
    ADD CONSTRAINT device_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.dms
    ADD CONSTRAINT dms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.dms
    ADD CONSTRAINT dms_user_a_user_b_key UNIQUE (user_a, user_b);

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.indexed_logs
    ADD CONSTRAINT indexed_logs_pkey PRIMARY KEY (conversation_id);

ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.job_turns
    ADD CONSTRAINT job_turns_pkey PRIMARY KEY (job);

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (conversation_id, user_id);

ALTER TABLE ONLY public.message_words
    ADD CONSTRAINT message_words_pkey PRIMARY KEY (conversation_id, seq);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (conversation_id, seq);

ALTER TABLE ONLY public.pins
    ADD CONSTRAINT pins_pkey PRIMARY KEY (conversation_id, message_seq);

ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_pkey PRIMARY KEY (conversation_id, message_seq, emoji, user_id);

ALTER TABLE ONLY public.retired_usernames
    ADD CONSTRAINT retired_usernames_pkey PRIMARY KEY (username);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY public.unread_mentions
    ADD CONSTRAINT unread_mentions_pkey PRIMARY KEY (user_id, conversation_id, seq);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pin_key UNIQUE (pin);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_username_key UNIQUE (username);

CREATE INDEX announced_changes_by_transaction ON public.announced_changes USING btree (transaction_id);

CREATE INDEX bans_by_user ON public.bans USING btree (user_id);

CREATE INDEX blocks_by_blocked ON public.blocks USING btree (blocked_id);

CREATE INDEX departures_by_user ON public.departures USING btree (user_id);

CREATE INDEX device_sessions_by_expiry ON public.device_sessions USING btree (expires_at);

CREATE INDEX device_sessions_by_user ON public.device_sessions USING btree (user_id);

CREATE INDEX groups_by_owner ON public.groups USING btree (owner_id);

CREATE INDEX groups_with_retention ON public.groups USING btree (id) WHERE (messages_retention IS NOT NULL);

CREATE INDEX invites_by_group ON public.invites USING btree (group_id);

CREATE INDEX members_admins ON public.members USING btree (conversation_id) WHERE (role = 'admin'::text);

CREATE INDEX members_by_user ON public.members USING btree (user_id);

CREATE INDEX message_words_by_key ON public.message_words USING gin (public.word_keys(conversation_id, (seq / 1024), tsvector_to_array(words))) WITH (fastupdate=off);

CREATE UNIQUE INDEX messages_by_client_id ON public.messages USING btree (conversation_id, sender_id, client_id) WHERE (client_id IS NOT NULL);

CREATE INDEX messages_by_id ON public.messages USING btree (id);

CREATE INDEX unread_mentions_by_conversation ON public.unread_mentions USING btree (conversation_id, seq);

CREATE TRIGGER begin_indexing AFTER INSERT ON public.conversations FOR EACH ROW EXECUTE FUNCTION public.begin_indexing();

CREATE TRIGGER rights_lost_by_block AFTER INSERT ON public.blocks FOR EACH ROW EXECUTE FUNCTION public.rights_lost_by_block();

CREATE TRIGGER rights_lost_by_deletion AFTER UPDATE OF deleted_at ON public.users FOR EACH ROW WHEN ((new.deleted_at IS NOT NULL)) EXECUTE FUNCTION public.rights_lost_by_deletion();

CREATE TRIGGER rights_lost_by_removal AFTER DELETE ON public.members REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.rights_lost_by_removal();

CREATE TRIGGER rights_lost_by_role AFTER UPDATE OF role ON public.members FOR EACH ROW WHEN ((old.role IS DISTINCT FROM new.role)) EXECUTE FUNCTION public.rights_lost_by_role();

CREATE TRIGGER rights_lost_by_rule AFTER UPDATE OF who_can_post ON public.groups FOR EACH ROW WHEN ((old.who_can_post IS DISTINCT FROM new.who_can_post)) EXECUTE FUNCTION public.rights_lost_by_rule();

ALTER TABLE ONLY public.bans
    ADD CONSTRAINT bans_banned_by_fkey FOREIGN KEY (banned_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.bans
    ADD CONSTRAINT bans_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.bans
    ADD CONSTRAINT bans_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT blocks_blocked_id_fkey FOREIGN KEY (blocked_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT blocks_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.departures
    ADD CONSTRAINT departures_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.departures
    ADD CONSTRAINT departures_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.device_sessions
    ADD CONSTRAINT device_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.dms
    ADD CONSTRAINT dms_id_fkey FOREIGN KEY (id) REFERENCES public.conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.dms
    ADD CONSTRAINT dms_user_a_fkey FOREIGN KEY (user_a) REFERENCES public.users(id);

ALTER TABLE ONLY public.dms
    ADD CONSTRAINT dms_user_b_fkey FOREIGN KEY (user_b) REFERENCES public.users(id);

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_id_fkey FOREIGN KEY (id) REFERENCES public.conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.indexed_logs
    ADD CONSTRAINT indexed_logs_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.pins
    ADD CONSTRAINT pins_conversation_id_message_seq_fkey FOREIGN KEY (conversation_id, message_seq) REFERENCES public.messages(conversation_id, seq) ON DELETE CASCADE;

ALTER TABLE ONLY public.pins
    ADD CONSTRAINT pins_pinned_by_fkey FOREIGN KEY (pinned_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_conversation_id_message_seq_fkey FOREIGN KEY (conversation_id, message_seq) REFERENCES public.messages(conversation_id, seq) ON DELETE CASCADE;

ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.unread_mentions
    ADD CONSTRAINT unread_mentions_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
