CREATE FUNCTION public.append_messages(p_ids uuid[], p_conversations uuid[], p_of_conversation integer[], p_senders uuid[], p_client_ids text[], p_types text[], p_contents text[], p_encryptions text[], p_reply_tos uuid[], p_mentioned_names text[], p_plain boolean) RETURNS TABLE(ord integer, id uuid, seq bigint, created_at timestamp with time zone, duplicate boolean, mentions uuid[])
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
  v_count CONSTANT integer := cardinality(p_ids);
  v_conversation uuid;
  v_next bigint;
  -- Milliseconds, as everywhere on the wire; taken under the lock, so it never runs backwards within a conversation.
  v_now timestamptz;
  v_seqs bigint[];
  v_times timestamptz[];
  v_unused integer := 0;
  v_stored boolean;
BEGIN
  -- Nearly always nothing is a duplicate, and one statement stores all. Where something is, it undoes what it did.
  IF p_plain AND v_count > 1 THEN
    BEGIN
      FOR i IN 1 .. v_count LOOP
        IF v_conversation IS DISTINCT FROM p_conversations[i] THEN
          v_conversation := p_conversations[i];
          UPDATE conversations c
          SET last_seq = c.last_seq + p_of_conversation[i],
              last_message_at = date_trunc('milliseconds', clock_timestamp())
          WHERE c.id = v_conversation
          RETURNING c.last_seq - p_of_conversation[i], c.last_message_at INTO v_next, v_now;
        END IF;
        v_next := v_next + 1;
        v_seqs[i] := v_next;
        v_times[i] := v_now;
      END LOOP;
      INSERT INTO messages (conversation_id, seq, id, client_id, sender_id, type, content, encryption, created_at)
      SELECT i.conversation_id, i.seq, i.id, i.client_id, i.sender_id, i.type, i.content::jsonb, i.encryption::jsonb,
             i.created_at
      FROM unnest(p_conversations, v_seqs, p_ids, p_client_ids, p_senders, p_types, p_contents, p_encryptions, v_times)
        AS i (conversation_id, seq, id, client_id, sender_id, type, content, encryption, created_at)
      WHERE i.seq IS NOT NULL;
      RETURN QUERY
        SELECT i.ord::integer, i.id, i.seq, i.created_at, false, '{}'::uuid[]
        FROM unnest(p_ids, v_seqs, v_times) WITH ORDINALITY AS i (id, seq, created_at, ord)
        WHERE i.seq IS NOT NULL;
      RETURN;
    EXCEPTION WHEN unique_violation THEN
      v_conversation := NULL;
    END;
  END IF;

  FOR i IN 1 .. v_count LOOP
    IF v_conversation IS DISTINCT FROM p_conversations[i] THEN
      v_conversation := p_conversations[i];
      v_unused := 0;
      UPDATE conversations c
      SET last_seq = c.last_seq + p_of_conversation[i],
          last_message_at = date_trunc('milliseconds', clock_timestamp())
      WHERE c.id = v_conversation
      RETURNING c.last_seq - p_of_conversation[i], c.last_message_at INTO v_next, v_now;
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
    IF v_unused > 0 AND p_conversations[i + 1] IS DISTINCT FROM v_conversation THEN
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
    RETURN QUERY SELECT p.id FROM unnest(p_conversations) AS p (id) WHERE p.id <> ALL (v_ids);
  END IF;

  SELECT array_agg(p.id), array_agg(p.after), array_agg(p.upto), array_agg(p.id) FILTER (WHERE p.upto < p.last_seq)
  INTO v_ids, v_after, v_upto, v_more
  FROM (
    SELECT l.conversation_id AS id, l.seq AS after, c.last_seq,
           least(c.last_seq, l.seq + greatest(0,
             p_limit - coalesce(sum(c.last_seq - l.seq) OVER (
               ORDER BY l.conversation_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))::bigint AS upto
    FROM indexed_logs l JOIN conversations c ON c.id = l.conversation_id
    WHERE l.conversation_id = ANY (v_ids) AND c.last_seq > l.seq
  ) p;

  DELETE FROM message_words w
  USING unnest(v_ids, v_after, v_upto) AS p (id, after, upto), changes h
  WHERE h.conversation_id = p.id AND h.seq > p.after AND h.seq <= p.upto AND h.event IN ('edited', 'deleted')
    AND w.conversation_id = h.conversation_id AND w.seq = h.message_seq;

  INSERT INTO message_words (conversation_id, seq, words)
  SELECT m.conversation_id, m.seq, to_tsvector('simple', m.content ->> 'text')
  FROM (
    SELECT p.id, m.seq
    FROM unnest(v_ids, v_after, v_upto) AS p (id, after, upto)
    JOIN messages m ON m.conversation_id = p.id AND m.seq > p.after AND m.seq <= p.upto
    UNION
    SELECT p.id, h.message_seq
    FROM unnest(v_ids, v_after, v_upto) AS p (id, after, upto)
    JOIN changes h ON h.conversation_id = p.id AND h.seq > p.after AND h.seq <= p.upto AND h.event = 'edited'
  ) t
  JOIN messages m ON m.conversation_id = t.id AND m.seq = t.seq
  WHERE m.type <> 'system' AND m.encryption IS NULL AND m.deleted_at IS NULL;

  UPDATE indexed_logs l SET seq = p.upto
  FROM unnest(v_ids, v_upto) AS p (id, upto) WHERE l.conversation_id = p.id;

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
    kind text NOT NULL,
    first_seq bigint DEFAULT 1 NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    last_message_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT conversations_kind_check CHECK ((kind = ANY (ARRAY['group'::text, 'dm'::text])))
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

INSERT INTO public.changes VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 13, 'edited', '01a2225b-2892-7314-ba83-da7f2a0eecb4', 4, '01a2225b-282c-75de-8add-08558a0c3c0a', NULL, NULL, '2026-11-28 13:32:09.273+00');
INSERT INTO public.changes VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 14, 'deleted', '01a2225b-2895-7779-b5bd-d0b0909add8c', 5, '01a2225b-2857-7324-a427-039601feb041', NULL, NULL, '2026-11-28 13:32:09.278+00');

INSERT INTO public.conversations VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 'group', 1, 14, '2026-11-28 13:32:09.268+00', '2026-11-28 13:32:09.186319+00');
INSERT INTO public.conversations VALUES ('01a2225b-28cc-70f8-b6fb-6d6bd834b079', 'dm', 1, 1, '2026-11-28 13:32:09.3+00', '2026-11-28 13:32:09.292744+00');

INSERT INTO public.device_sessions VALUES ('01a2225b-282d-723f-9379-23b8b6d6886f', '01a2225b-282c-75de-8add-08558a0c3c0a', 'unnamed device', '127.0.0.1', '2026-11-28 13:32:09.132408+00', '2026-11-28 13:32:09.132408+00', '\x12097f12652b76c22dd95fb0882b1a97b72a1416b6e00ec743ec0b8d899756d0', NULL, 0, '2026-11-28 13:32:09.132408+00', '2026-12-28 13:32:09.132408+00');
INSERT INTO public.device_sessions VALUES ('01a2225b-2858-70ee-8ca2-27e279add40c', '01a2225b-2857-7324-a427-039601feb041', 'unnamed device', '127.0.0.1', '2026-11-28 13:32:09.175967+00', '2026-11-28 13:32:09.175967+00', '\x18002aa0c03b1b72cd3cc69050cd1d2299a99cb8d6c79d0eee50d5fa08a2d0bd', NULL, 0, '2026-11-28 13:32:09.175967+00', '2026-12-28 13:32:09.175967+00');

INSERT INTO public.dms VALUES ('01a2225b-28cc-70f8-b6fb-6d6bd834b079', '01a2225b-282c-75de-8add-08558a0c3c0a', '01a2225b-2857-7324-a427-039601feb041');

INSERT INTO public.groups VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 'Harbour', 'boats', NULL, '01a2225b-282c-75de-8add-08558a0c3c0a', 'invite', 'all', NULL, 1073741824, 2, '2026-11-28 13:32:09.186319+00', '2026-11-28 13:32:09.186319+00');

INSERT INTO public.indexed_logs VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 14);
INSERT INTO public.indexed_logs VALUES ('01a2225b-28cc-70f8-b6fb-6d6bd834b079', 1);

INSERT INTO public.invites VALUES ('dwoEHvPo7BiZ', '01a2225b-2862-7597-ba57-c07baf6f16e7', '01a2225b-282c-75de-8add-08558a0c3c0a', NULL, NULL, 0, '2026-11-28 13:32:09.283845+00');

INSERT INTO public.members VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', '01a2225b-282c-75de-8add-08558a0c3c0a', 'owner', '2026-11-28 13:32:09.186319+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', '01a2225b-2857-7324-a427-039601feb041', 'user', '2026-11-28 13:32:09.195636+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-28cc-70f8-b6fb-6d6bd834b079', '01a2225b-282c-75de-8add-08558a0c3c0a', 'user', '2026-11-28 13:32:09.292744+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-28cc-70f8-b6fb-6d6bd834b079', '01a2225b-2857-7324-a427-039601feb041', 'user', '2026-11-28 13:32:09.292744+00', 0, 0);

INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 2, '''1'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 3, '''2'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 6, '''5'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 7, '''6'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 8, '''7'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 4, '''3'':6 ''at'':4 ''osprey'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 9, '''8'':6 ''at'':4 ''heron'':2 ''pier'':5 ''the'':1 ''waits'':3');
INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 10, '''i'':2 ''it'':4 ''saw'':3 ''yes'':1');
INSERT INTO public.message_words VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 11, '''here'':2 ''look'':1 ''pete'':3');
INSERT INTO public.message_words VALUES ('01a2225b-28cc-70f8-b6fb-6d6bd834b079', 1, '''a'':1 ''for'':3 ''lantern'':2 ''you'':4');

INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 1, '01a2225b-2872-747f-8fce-7655365f2ceb', NULL, '01a2225b-282c-75de-8add-08558a0c3c0a', 'system', '{"event": "member_joined", "user_id": "01a2225b-2857-7324-a427-039601feb041", "actor_id": "01a2225b-282c-75de-8add-08558a0c3c0a"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.204+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 2, '01a2225b-2886-73fc-a0ca-c29b674514d2', 'dfacce3f-b9fd-4520-86f1-9850ccf63872', '01a2225b-282c-75de-8add-08558a0c3c0a', 'text', '{"text": "the heron waits at pier 1"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.224+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 3, '01a2225b-288e-71a6-a65d-c76fba847212', '68cda49e-dad6-4aa6-b91e-d6fb4e47d533', '01a2225b-2857-7324-a427-039601feb041', 'text', '{"text": "the heron waits at pier 2"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.231+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 6, '01a2225b-2899-763e-a9e8-b0f84d2fba6a', 'b605294c-55d5-42fa-ba21-12e9f43d9a09', '01a2225b-282c-75de-8add-08558a0c3c0a', 'text', '{"text": "the heron waits at pier 5"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.241+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 7, '01a2225b-289e-7357-88eb-9d8f1663eebe', 'a5c2c7c6-35d5-4b3c-8aca-5b5f86da1b51', '01a2225b-2857-7324-a427-039601feb041', 'text', '{"text": "the heron waits at pier 6"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.247+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 8, '01a2225b-28a2-74b4-9122-15936bee9966', '1b627b83-419f-4e38-877e-e949941293fd', '01a2225b-282c-75de-8add-08558a0c3c0a', 'text', '{"text": "the heron waits at pier 7"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.251+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 9, '01a2225b-28a8-7712-b66c-36d20889c4fb', 'be178019-c6b6-4b6e-aeb2-517ae911665e', '01a2225b-2857-7324-a427-039601feb041', 'text', '{"text": "the heron waits at pier 8"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.256+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 10, '01a2225b-28ab-75f0-9d3a-3b9c7049c41a', 'e6c0550f-2820-41de-a235-20487bd8e030', '01a2225b-2857-7324-a427-039601feb041', 'text', '{"text": "yes, I saw it"}', NULL, '01a2225b-2886-73fc-a0ca-c29b674514d2', '{}', '[]', '2026-11-28 13:32:09.26+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 11, '01a2225b-28af-75c9-a0d3-1b19e7a114c6', 'b50724f7-da7f-4862-af9c-0f8f5f635142', '01a2225b-282c-75de-8add-08558a0c3c0a', 'text', '{"text": "look here @pete"}', NULL, NULL, '{01a2225b-2857-7324-a427-039601feb041}', '[]', '2026-11-28 13:32:09.263+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 12, '01a2225b-28b4-72ac-85e9-06e6db8bd832', '82649c11-8dfd-4d6e-afdb-21d1f738c3e9', '01a2225b-282c-75de-8add-08558a0c3c0a', 'text', '{"text": "sealed"}', '{"n": "abc", "v": 1}', NULL, '{}', '[]', '2026-11-28 13:32:09.268+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 4, '01a2225b-2892-7314-ba83-da7f2a0eecb4', '25f328ef-aad8-4e21-b2ae-00ee43c339e7', '01a2225b-282c-75de-8add-08558a0c3c0a', 'text', '{"text": "the osprey waits at pier 3"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.234+00', '2026-11-28 13:32:09.272+00', NULL);
INSERT INTO public.messages VALUES ('01a2225b-2862-7597-ba57-c07baf6f16e7', 5, '01a2225b-2895-7779-b5bd-d0b0909add8c', '7803b3a7-9916-43c8-a2b8-0d4de04154b3', '01a2225b-2857-7324-a427-039601feb041', 'text', NULL, NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.237+00', NULL, '2026-11-28 13:32:09.277+00');
INSERT INTO public.messages VALUES ('01a2225b-28cc-70f8-b6fb-6d6bd834b079', 1, '01a2225b-28d3-748b-a2c8-44dabff506c9', 'd7db4b54-738a-446d-be84-23030d9fb985', '01a2225b-2857-7324-a427-039601feb041', 'text', '{"text": "a lantern for you"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:09.3+00', NULL, NULL);

INSERT INTO public.schema_migrations VALUES ('0001-core.sql', '2026-11-28 13:32:08.909416+00');
INSERT INTO public.schema_migrations VALUES ('0002-search.sql', '2026-11-28 13:32:08.909416+00');

INSERT INTO public.signing_keys VALUES ('01a2225b2785701e9c0f32c4adf4f6ca', 'access', '\x726368604f6c90152e59aadc90d238ed9669e6560430d48332182f7df30dbdcb', '2026-11-28 13:32:08.965134+00');
INSERT INTO public.signing_keys VALUES ('01a2225b278672e388129cbc84c54d7a', 'refresh', '\x2127e8e7e1e0e8d227e28fb30729875bd991633eafdf6a3745072b5d22d0579a', '2026-11-28 13:32:08.965134+00');

INSERT INTO public.unread_mentions VALUES ('01a2225b-2857-7324-a427-039601feb041', '01a2225b-2862-7597-ba57-c07baf6f16e7', 11);

INSERT INTO public.users VALUES ('01a2225b-282c-75de-8add-08558a0c3c0a', 'olivia', '7Y0AJRX2', 'Olivia', '$argon2id$v=19$m=19456,t=2,p=1$YKU4zCUbokHuHjkJCxqv6F0KDkfdwCOw2qYnTwYWNpU$Wg64NWO/R7as49ZOS3fsydIxrboQlX5BZcA5WieYviA', NULL, NULL, 'online', '', NULL, '2026-11-28 13:32:09.132+00', '2026-11-28 13:32:09.132+00', NULL);
INSERT INTO public.users VALUES ('01a2225b-2857-7324-a427-039601feb041', 'pete', 'HJ7B1N9F', 'Pete', '$argon2id$v=19$m=19456,t=2,p=1$upX09n64sOShqcOCktGtgE8w2UaY94VCKiL379S2AOM$SI3fxBUYbRU5bhkWOSHd/8HxVIYuGUspxM87YecXrLA', NULL, NULL, 'online', '', NULL, '2026-11-28 13:32:09.175+00', '2026-11-28 13:32:09.175+00', NULL);

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
