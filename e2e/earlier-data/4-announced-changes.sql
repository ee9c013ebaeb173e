CREATE TYPE public.conversation_kind AS ENUM (
    'group',
    'dm'
);

CREATE FUNCTION public.append_messages(p_logs uuid[], p_counts integer[], p_log_of integer[], p_places integer[], p_ids uuid[], p_senders uuid[], p_client_ids text[], p_types text[], p_contents text[], p_encryptions text[], p_reply_tos uuid[], p_mentioned_names text[], p_plain boolean) RETURNS TABLE(ord integer, id uuid, seq bigint, created_at timestamp with time zone, duplicate boolean, mentions uuid[])
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

CREATE FUNCTION public.begin_indexing() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  INSERT INTO indexed_logs (conversation_id) VALUES (NEW.id);
  RETURN NULL;
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
    CONSTRAINT changes_event_check CHECK ((event = ANY (ARRAY['edited'::text, 'deleted'::text, 'reaction'::text])))
);

CREATE TABLE public.conversations (
    id uuid NOT NULL,
    kind public.conversation_kind NOT NULL,
    first_seq bigint DEFAULT 1 NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    last_message_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');

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
    expires_at timestamp with time zone NOT NULL
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
    deleted_at timestamp with time zone
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

CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    ran_at timestamp with time zone DEFAULT now() NOT NULL
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
    CONSTRAINT users_status_state_check CHECK ((status_state = ANY (ARRAY['online'::text, 'offline'::text, 'custom'::text])))
);

INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (1, '729', '2026-11-28 13:32:15.575017+00', '{"kind": "group", "type": "standing", "reason": "joined", "userId": "01a2225b-411b-7711-ad4d-7e5edde625d6", "standing": "owner", "conversationId": "01a2225b-414e-76b0-9a38-72a2100f70dd"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (2, '729', '2026-11-28 13:32:15.575205+00', '{"type": "conversation_updated", "conversationId": "01a2225b-414e-76b0-9a38-72a2100f70dd"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (3, '730', '2026-11-28 13:32:15.59168+00', '{"kind": "group", "type": "standing", "reason": "joined", "userId": "01a2225b-4142-7214-a535-a770d2a9be64", "standing": "user", "conversationId": "01a2225b-414e-76b0-9a38-72a2100f70dd"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (4, '730', '2026-11-28 13:32:15.591727+00', '{"type": "conversation_updated", "conversationId": "01a2225b-414e-76b0-9a38-72a2100f70dd"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (5, '745', '2026-11-28 13:32:15.679527+00', '{"kind": "dm", "type": "standing", "reason": "joined", "userId": "01a2225b-411b-7711-ad4d-7e5edde625d6", "standing": "user", "conversationId": "01a2225b-41bd-751d-a2be-1ca6ea962800"}');
INSERT INTO public.announced_changes OVERRIDING SYSTEM VALUE VALUES (6, '745', '2026-11-28 13:32:15.679569+00', '{"kind": "dm", "type": "standing", "reason": "joined", "userId": "01a2225b-4142-7214-a535-a770d2a9be64", "standing": "user", "conversationId": "01a2225b-41bd-751d-a2be-1ca6ea962800"}');

INSERT INTO public.changes VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 13, 'edited', '01a2225b-417b-77d5-a188-21f9653c0cc3', 4, '01a2225b-411b-7711-ad4d-7e5edde625d6', NULL, NULL, '2026-11-28 13:32:15.656+00');
INSERT INTO public.changes VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 14, 'deleted', '01a2225b-417f-739b-89a7-0794c76bf817', 5, '01a2225b-4142-7214-a535-a770d2a9be64', NULL, NULL, '2026-11-28 13:32:15.664+00');

INSERT INTO public.conversations VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 'group', 1, 14, '2026-11-28 13:32:15.651+00', '2026-11-28 13:32:15.566378+00');
INSERT INTO public.conversations VALUES ('01a2225b-41bd-751d-a2be-1ca6ea962800', 'dm', 1, 1, '2026-11-28 13:32:15.685+00', '2026-11-28 13:32:15.677442+00');

INSERT INTO public.device_sessions VALUES ('01a2225b-411d-76ac-966d-28116293c9ba', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'unnamed device', '127.0.0.1', '2026-11-28 13:32:15.516221+00', '2026-11-28 13:32:15.516221+00', '\x3889587b585cf31e8c43c32f92edaeba444b0cb19c8309dc5e6c95143b601542', NULL, 0, '2026-11-28 13:32:15.516221+00', '2026-12-28 13:32:15.516221+00');
INSERT INTO public.device_sessions VALUES ('01a2225b-4143-720b-950a-6ebb1a6f92f1', '01a2225b-4142-7214-a535-a770d2a9be64', 'unnamed device', '127.0.0.1', '2026-11-28 13:32:15.555029+00', '2026-11-28 13:32:15.555029+00', '\x8f5520880a1d0cc302fb2413c12fbcf7439701078b803583b05a22343190fd9d', NULL, 0, '2026-11-28 13:32:15.555029+00', '2026-12-28 13:32:15.555029+00');

INSERT INTO public.dms VALUES ('01a2225b-41bd-751d-a2be-1ca6ea962800', '01a2225b-411b-7711-ad4d-7e5edde625d6', '01a2225b-4142-7214-a535-a770d2a9be64');

INSERT INTO public.groups VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 'Harbour', 'boats', NULL, '01a2225b-411b-7711-ad4d-7e5edde625d6', 'invite', 'all', NULL, 1073741824, 2, '2026-11-28 13:32:15.566378+00', '2026-11-28 13:32:15.566378+00');

INSERT INTO public.indexed_logs VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 14);
INSERT INTO public.indexed_logs VALUES ('01a2225b-41bd-751d-a2be-1ca6ea962800', 1);

INSERT INTO public.invites VALUES ('i77qmRiwqrCi', '01a2225b-414e-76b0-9a38-72a2100f70dd', '01a2225b-411b-7711-ad4d-7e5edde625d6', NULL, NULL, 0, '2026-11-28 13:32:15.670301+00');

INSERT INTO public.members VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'owner', '2026-11-28 13:32:15.566378+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', '01a2225b-4142-7214-a535-a770d2a9be64', 'user', '2026-11-28 13:32:15.579605+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-41bd-751d-a2be-1ca6ea962800', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'user', '2026-11-28 13:32:15.677442+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-41bd-751d-a2be-1ca6ea962800', '01a2225b-4142-7214-a535-a770d2a9be64', 'user', '2026-11-28 13:32:15.677442+00', 0, 0);

INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 2, '''1'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 3, '''2'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 4, '''3'':6 ''at'':4 ''osprey'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 6, '''5'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 7, '''6'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 8, '''7'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 9, '''8'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 10, '''i'':2 ''it'':4 ''saw'':3 ''yes'':1');
INSERT INTO public.message_words VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 11, '''here'':2 ''look'':1 ''pete'':3');
INSERT INTO public.message_words VALUES ('01a2225b-41bd-751d-a2be-1ca6ea962800', 1, '''a'':1 ''for'':3 ''lantern'':2 ''you'':4');

INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 1, '01a2225b-4164-75e3-bc33-1a556ea0721f', NULL, '01a2225b-411b-7711-ad4d-7e5edde625d6', 'system', '{"event": "member_joined", "user_id": "01a2225b-4142-7214-a535-a770d2a9be64", "actor_id": "01a2225b-411b-7711-ad4d-7e5edde625d6"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.589+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 2, '01a2225b-4171-75ab-b177-575bcb76be97', '4089aa83-d6d9-4145-95dd-72a38a1d28ef', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'text', '{"text": "the heron waits at pier 1"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.602+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 3, '01a2225b-4178-70d5-adae-4284594fac52', 'f8dcde22-c0bf-4ecb-a17e-472e3ec55e5a', '01a2225b-4142-7214-a535-a770d2a9be64', 'text', '{"text": "the heron waits at pier 2"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.608+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 6, '01a2225b-4182-70c6-850b-1ebd9fc6088b', '170cdd7c-92b9-4c10-9b60-5ed41e51eca8', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'text', '{"text": "the heron waits at pier 5"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.618+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 7, '01a2225b-4187-71b8-8ebd-9760b36a6c67', 'b0ac0f9e-c0e5-4e87-a7b0-5aa482c898a1', '01a2225b-4142-7214-a535-a770d2a9be64', 'text', '{"text": "the heron waits at pier 6"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.623+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 8, '01a2225b-418a-70dd-8a5a-7e406aa0ea28', 'c33bf773-7b11-400f-b16d-d11976d1c98b', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'text', '{"text": "the heron waits at pier 7"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.626+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 9, '01a2225b-418d-7095-b44c-d64c012ebbac', '69222422-62f7-499f-bad8-c46fae01959d', '01a2225b-4142-7214-a535-a770d2a9be64', 'text', '{"text": "the heron waits at pier 8"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.629+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 10, '01a2225b-4191-7426-8b51-d7dcf1badf52', '48077527-66fb-4d45-a438-67fc9d9bcfe4', '01a2225b-4142-7214-a535-a770d2a9be64', 'text', '{"text": "yes, I saw it"}', NULL, '01a2225b-4171-75ab-b177-575bcb76be97', '{}', '[]', '2026-11-28 13:32:15.637+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 11, '01a2225b-419b-7403-8955-997d0bf9b7cc', 'e195d864-94f5-4766-8a93-facbdf546fa6', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'text', '{"text": "look here @pete"}', NULL, NULL, '{01a2225b-4142-7214-a535-a770d2a9be64}', '[]', '2026-11-28 13:32:15.644+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 12, '01a2225b-41a3-7241-8ede-8705f1520556', 'be3fd84c-6e0e-490d-aa7f-56223484740f', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'text', '{"text": "sealed"}', '{"n": "abc", "v": 1}', NULL, '{}', '[]', '2026-11-28 13:32:15.651+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 4, '01a2225b-417b-77d5-a188-21f9653c0cc3', '192b4513-7af5-4aae-bb93-40d7134d623c', '01a2225b-411b-7711-ad4d-7e5edde625d6', 'text', '{"text": "the osprey waits at pier 3"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.612+00', '2026-11-28 13:32:15.656+00', NULL);
INSERT INTO public.messages VALUES ('01a2225b-414e-76b0-9a38-72a2100f70dd', 5, '01a2225b-417f-739b-89a7-0794c76bf817', '16cca4dc-bdf4-40e6-aaff-3731a3ae7a83', '01a2225b-4142-7214-a535-a770d2a9be64', 'text', NULL, NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.615+00', NULL, '2026-11-28 13:32:15.662+00');
INSERT INTO public.messages VALUES ('01a2225b-41bd-751d-a2be-1ca6ea962800', 1, '01a2225b-41c4-7318-bf00-9a6e99f12d95', '3a6dd561-1467-42e3-8549-cc450f15c617', '01a2225b-4142-7214-a535-a770d2a9be64', 'text', '{"text": "a lantern for you"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:15.685+00', NULL, NULL);

INSERT INTO public.schema_migrations VALUES ('0001-core.sql', '2026-11-28 13:32:15.15799+00');
INSERT INTO public.schema_migrations VALUES ('0002-search.sql', '2026-11-28 13:32:15.15799+00');
INSERT INTO public.schema_migrations VALUES ('0003-announced-changes.sql', '2026-11-28 13:32:15.15799+00');

INSERT INTO public.signing_keys VALUES ('01a2225b3ff677ef8b7551043b160e8c', 'access', '\xe32b8a39ccc8647c48ceffc870359027feffc1f5cc89deec59a80289659b0217', '2026-11-28 13:32:15.221546+00');
INSERT INTO public.signing_keys VALUES ('01a2225b3ff677f0a34e7aaabd134483', 'refresh', '\x36d03d5e78c83e45da71ff58471835d87dfddc9741e68d1528300229db521992', '2026-11-28 13:32:15.221546+00');

INSERT INTO public.unread_mentions VALUES ('01a2225b-4142-7214-a535-a770d2a9be64', '01a2225b-414e-76b0-9a38-72a2100f70dd', 11);

INSERT INTO public.users VALUES ('01a2225b-411b-7711-ad4d-7e5edde625d6', 'olivia', 'WT30J85P', 'Olivia', '$argon2id$v=19$m=19456,t=2,p=1$tFHKXwm1owWQ0teAcD4QpLcex4ddbdp5V3Y1M7T2Ytk$lYZQ5ZlFdZCqJ9kNnWIwqM8akuZOSgDZGXCFyLpAx1k', NULL, NULL, 'online', '', NULL, '2026-11-28 13:32:15.516+00', '2026-11-28 13:32:15.516+00', NULL);
INSERT INTO public.users VALUES ('01a2225b-4142-7214-a535-a770d2a9be64', 'pete', '2SFQEBXB', 'Pete', '$argon2id$v=19$m=19456,t=2,p=1$cMNZjCEvoNnCt1NKl94fMcXg3leBfNOvq3X7dirylME$45H01adXPUuQfWmQrIYCD9r84TziSe+nUO57ZzvFyag', NULL, NULL, 'online', '', NULL, '2026-11-28 13:32:15.555+00', '2026-11-28 13:32:15.555+00', NULL);

SELECT pg_catalog.setval('public.announced_changes_id_seq', 6, true);

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

ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (id);

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

CREATE INDEX device_sessions_by_expiry ON public.device_sessions USING btree (expires_at);

CREATE INDEX device_sessions_by_user ON public.device_sessions USING btree (user_id);

CREATE INDEX groups_by_owner ON public.groups USING btree (owner_id);

CREATE INDEX groups_with_retention ON public.groups USING btree (id) WHERE (messages_retention IS NOT NULL);

CREATE INDEX invites_by_group ON public.invites USING btree (group_id);

CREATE INDEX members_admins ON public.members USING btree (conversation_id) WHERE (role = 'admin'::text);

CREATE INDEX members_by_user ON public.members USING btree (user_id);

CREATE INDEX message_words_by_word ON public.message_words USING gin (words) WITH (gin_pending_list_limit='512');

CREATE UNIQUE INDEX messages_by_client_id ON public.messages USING btree (conversation_id, sender_id, client_id) WHERE (client_id IS NOT NULL);

CREATE INDEX messages_by_id ON public.messages USING btree (id);

CREATE INDEX unread_mentions_by_conversation ON public.unread_mentions USING btree (conversation_id, seq);

CREATE TRIGGER begin_indexing AFTER INSERT ON public.conversations FOR EACH ROW EXECUTE FUNCTION public.begin_indexing();

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
