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

CREATE FUNCTION public.index_words(p_conversations uuid[], p_limit integer, p_wait boolean) RETURNS SETOF uuid
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
  v_ids uuid[];
  v_after bigint[];
  v_upto bigint[];
  v_more uuid[];
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
    RETURN QUERY SELECT unnest(p_conversations) EXCEPT SELECT unnest(v_ids);
  END IF;

  SELECT array_agg(p.id ORDER BY p.id), array_agg(p.after ORDER BY p.id), array_agg(p.upto ORDER BY p.id),
         array_agg(p.id) FILTER (WHERE p.upto < p.last_seq)
  INTO v_ids, v_after, v_upto, v_more
  FROM (
    SELECT l.conversation_id AS id, l.seq AS after, c.last_seq,
           least(c.last_seq, l.seq + greatest(0,
             p_limit - coalesce(sum(c.last_seq - l.seq) OVER (
               ORDER BY l.conversation_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))::bigint AS upto
    FROM indexed_logs l JOIN conversations c ON c.id = l.conversation_id
    WHERE l.conversation_id = ANY (v_ids) AND c.last_seq > l.seq
  ) p;

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
  WHERE m.type <> 'system' AND m.encryption IS NULL AND m.deleted_at IS NULL;

  UPDATE indexed_logs l SET seq = v_upto[width_bucket(l.conversation_id, v_ids)]
  WHERE l.conversation_id = ANY (v_ids);

  RETURN QUERY SELECT unnest(v_more);
END
$$;

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

INSERT INTO public.changes VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 13, 'edited', '01a2225b-3492-77e2-8424-34a24903ab08', 4, '01a2225b-3431-7548-ae10-62951755f875', NULL, NULL, '2026-11-28 13:32:12.356+00');
INSERT INTO public.changes VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 14, 'deleted', '01a2225b-3495-7323-85f8-9431c0316b77', 5, '01a2225b-3456-74b7-9498-df6e645ef638', NULL, NULL, '2026-11-28 13:32:12.363+00');

INSERT INTO public.conversations VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 'group', 1, 14, '2026-11-28 13:32:12.349+00', '2026-11-28 13:32:12.262775+00');
INSERT INTO public.conversations VALUES ('01a2225b-34dd-77c7-bd75-b70793227da2', 'dm', 1, 1, '2026-11-28 13:32:12.39+00', '2026-11-28 13:32:12.381451+00');

INSERT INTO public.device_sessions VALUES ('01a2225b-3433-75f5-b63b-474f69d46503', '01a2225b-3431-7548-ae10-62951755f875', 'unnamed device', '127.0.0.1', '2026-11-28 13:32:12.210257+00', '2026-11-28 13:32:12.210257+00', '\x4a13a574718014a146c1a70d6bde2358f253107f638ff4bc0b7239ecc7879a57', NULL, 0, '2026-11-28 13:32:12.210257+00', '2026-12-28 13:32:12.210257+00');
INSERT INTO public.device_sessions VALUES ('01a2225b-3459-76fe-94ca-d8cdc6377bb9', '01a2225b-3456-74b7-9498-df6e645ef638', 'unnamed device', '127.0.0.1', '2026-11-28 13:32:12.248815+00', '2026-11-28 13:32:12.248815+00', '\x14dbc73c5438446f530ba32d38e819d2f200794e0e8e386b6bec75ad68f1442f', NULL, 0, '2026-11-28 13:32:12.248815+00', '2026-12-28 13:32:12.248815+00');

INSERT INTO public.dms VALUES ('01a2225b-34dd-77c7-bd75-b70793227da2', '01a2225b-3431-7548-ae10-62951755f875', '01a2225b-3456-74b7-9498-df6e645ef638');

INSERT INTO public.groups VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 'Harbour', 'boats', NULL, '01a2225b-3431-7548-ae10-62951755f875', 'invite', 'all', NULL, 1073741824, 2, '2026-11-28 13:32:12.262775+00', '2026-11-28 13:32:12.262775+00');

INSERT INTO public.indexed_logs VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 14);
INSERT INTO public.indexed_logs VALUES ('01a2225b-34dd-77c7-bd75-b70793227da2', 1);

INSERT INTO public.invites VALUES ('T8a935wbE1gA', '01a2225b-3466-7308-bc01-21ed98bcf716', '01a2225b-3431-7548-ae10-62951755f875', NULL, NULL, 0, '2026-11-28 13:32:12.369204+00');

INSERT INTO public.members VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', '01a2225b-3431-7548-ae10-62951755f875', 'owner', '2026-11-28 13:32:12.262775+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', '01a2225b-3456-74b7-9498-df6e645ef638', 'user', '2026-11-28 13:32:12.274195+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-34dd-77c7-bd75-b70793227da2', '01a2225b-3431-7548-ae10-62951755f875', 'user', '2026-11-28 13:32:12.381451+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-34dd-77c7-bd75-b70793227da2', '01a2225b-3456-74b7-9498-df6e645ef638', 'user', '2026-11-28 13:32:12.381451+00', 0, 0);

INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 2, '''1'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 3, '''2'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 6, '''5'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 7, '''6'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 8, '''7'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 9, '''8'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 10, '''i'':2 ''it'':4 ''saw'':3 ''yes'':1');
INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 11, '''here'':2 ''look'':1 ''pete'':3');
INSERT INTO public.message_words VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 4, '''3'':6 ''at'':4 ''osprey'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-34dd-77c7-bd75-b70793227da2', 1, '''a'':1 ''for'':3 ''lantern'':2 ''you'':4');

INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 1, '01a2225b-3477-71b7-aa37-6f9d77062cdf', NULL, '01a2225b-3431-7548-ae10-62951755f875', 'system', '{"event": "member_joined", "user_id": "01a2225b-3456-74b7-9498-df6e645ef638", "actor_id": "01a2225b-3431-7548-ae10-62951755f875"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.28+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 2, '01a2225b-3486-75e8-81cf-f83b46577931', '61836910-89f4-4052-ada2-a20494fa1b80', '01a2225b-3431-7548-ae10-62951755f875', 'text', '{"text": "the heron waits at pier 1"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.295+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 3, '01a2225b-348e-73c2-b22a-ab33185286b6', '715b67e6-a781-406a-a2ed-e54f18b13a6b', '01a2225b-3456-74b7-9498-df6e645ef638', 'text', '{"text": "the heron waits at pier 2"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.302+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 6, '01a2225b-3499-753d-8c55-5ca93189a107', 'e665eb31-e394-4e08-a36d-2223bf884921', '01a2225b-3431-7548-ae10-62951755f875', 'text', '{"text": "the heron waits at pier 5"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.314+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 7, '01a2225b-349f-74b3-a7f1-cc1b6a1f8ebf', 'cfb49e38-9b92-491b-9916-bea10e3dccc1', '01a2225b-3456-74b7-9498-df6e645ef638', 'text', '{"text": "the heron waits at pier 6"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.32+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 8, '01a2225b-34a5-7585-b1b5-c2ce010ddf33', '5348855c-fec7-4a00-9307-74eee3a5762d', '01a2225b-3431-7548-ae10-62951755f875', 'text', '{"text": "the heron waits at pier 7"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.325+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 9, '01a2225b-34a9-71a3-a3f3-d1a6bf70e408', 'eb38efcf-2522-40d2-83d2-7f0a8d9d969d', '01a2225b-3456-74b7-9498-df6e645ef638', 'text', '{"text": "the heron waits at pier 8"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.329+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 10, '01a2225b-34ac-764a-a2fc-bc1ee26c0ea6', 'da99b67b-8c19-45c1-abae-534a943926e9', '01a2225b-3456-74b7-9498-df6e645ef638', 'text', '{"text": "yes, I saw it"}', NULL, '01a2225b-3486-75e8-81cf-f83b46577931', '{}', '[]', '2026-11-28 13:32:12.334+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 11, '01a2225b-34b3-777b-8e0f-32d0a05bfbe6', '069cb46b-91c6-4c94-8f70-f8a048530476', '01a2225b-3431-7548-ae10-62951755f875', 'text', '{"text": "look here @pete"}', NULL, NULL, '{01a2225b-3456-74b7-9498-df6e645ef638}', '[]', '2026-11-28 13:32:12.34+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 12, '01a2225b-34bd-7613-8668-8f7b99b4f7f7', '79a9953f-0b23-4178-b229-b325f572b6d1', '01a2225b-3431-7548-ae10-62951755f875', 'text', '{"text": "sealed"}', '{"n": "abc", "v": 1}', NULL, '{}', '[]', '2026-11-28 13:32:12.349+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 4, '01a2225b-3492-77e2-8424-34a24903ab08', 'fa7dea67-ece2-4d36-b476-6072bd5800f5', '01a2225b-3431-7548-ae10-62951755f875', 'text', '{"text": "the osprey waits at pier 3"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.306+00', '2026-11-28 13:32:12.356+00', NULL);
INSERT INTO public.messages VALUES ('01a2225b-3466-7308-bc01-21ed98bcf716', 5, '01a2225b-3495-7323-85f8-9431c0316b77', 'c0d21f3e-c1eb-4bfd-af93-3fe6dcdf4d9f', '01a2225b-3456-74b7-9498-df6e645ef638', 'text', NULL, NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.309+00', NULL, '2026-11-28 13:32:12.361+00');
INSERT INTO public.messages VALUES ('01a2225b-34dd-77c7-bd75-b70793227da2', 1, '01a2225b-34e5-7487-9c54-7ac42078dc14', '89c45063-a83a-4347-b042-f0476032b5b2', '01a2225b-3456-74b7-9498-df6e645ef638', 'text', '{"text": "a lantern for you"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:12.39+00', NULL, NULL);

INSERT INTO public.schema_migrations VALUES ('0001-core.sql', '2026-11-28 13:32:11.988032+00');
INSERT INTO public.schema_migrations VALUES ('0002-search.sql', '2026-11-28 13:32:11.988032+00');

INSERT INTO public.signing_keys VALUES ('01a2225b339277f1bc37fa20ac35df0f', 'access', '\x568b09f6af280fce0fc121a2968149bd52a0a71d78ca61d7ac51f59ba40f8083', '2026-11-28 13:32:12.050063+00');
INSERT INTO public.signing_keys VALUES ('01a2225b33937630bb0309ff8745500e', 'refresh', '\x4a43873f7b0180323655740b3ac4dc3d9086f0ed7829f7b0640325f5823f2f33', '2026-11-28 13:32:12.050063+00');

INSERT INTO public.unread_mentions VALUES ('01a2225b-3456-74b7-9498-df6e645ef638', '01a2225b-3466-7308-bc01-21ed98bcf716', 11);

INSERT INTO public.users VALUES ('01a2225b-3431-7548-ae10-62951755f875', 'olivia', '4RDNJ7EC', 'Olivia', '$argon2id$v=19$m=19456,t=2,p=1$Z6KMNPDVtQI3zISmTFViHOac76x90146KvLfSJSElXk$Aj7w5koP9NjwoIKQurtTcLObGcoa+jl5N75nfv5RKCo', NULL, NULL, 'online', '', NULL, '2026-11-28 13:32:12.21+00', '2026-11-28 13:32:12.21+00', NULL);
INSERT INTO public.users VALUES ('01a2225b-3456-74b7-9498-df6e645ef638', 'pete', 'JNR3XZTK', 'Pete', '$argon2id$v=19$m=19456,t=2,p=1$9eYT52I9pIsKPCZmOEzIMT6VfOFtiMdW7eck1HDX4Bc$ahsVkp/vbgB981kF8lBK/QtzRD/Z7Oq8jxnxn8wrLxg', NULL, NULL, 'online', '', NULL, '2026-11-28 13:32:12.248+00', '2026-11-28 13:32:12.248+00', NULL);

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

CREATE INDEX bans_by_user ON public.bans USING btree (user_id);

CREATE INDEX blocks_by_blocked ON public.blocks USING btree (blocked_id);

CREATE INDEX device_sessions_by_expiry ON public.device_sessions USING btree (expires_at);

CREATE INDEX device_sessions_by_user ON public.device_sessions USING btree (user_id);

CREATE INDEX groups_by_owner ON public.groups USING btree (owner_id);

CREATE INDEX groups_with_retention ON public.groups USING btree (id) WHERE (messages_retention IS NOT NULL);

CREATE INDEX invites_by_group ON public.invites USING btree (group_id);

CREATE INDEX members_admins ON public.members USING btree (conversation_id) WHERE (role = 'admin'::text);

CREATE INDEX members_by_user ON public.members USING btree (user_id);

CREATE INDEX message_words_by_word ON public.message_words USING gin (words);

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
