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

INSERT INTO public.changes VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 13, 'edited', '01a2225b-1c77-7795-99a5-54a3f69ddb7a', 4, '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', NULL, NULL, '2026-11-28 13:32:06.174+00');
INSERT INTO public.changes VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 14, 'deleted', '01a2225b-1c7a-71cd-9e7a-f4924eb1298f', 5, '01a2225b-1c3e-73a2-8662-42d938fec91e', NULL, NULL, '2026-11-28 13:32:06.18+00');

INSERT INTO public.conversations VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 'group', 1, 14, '2026-11-28 13:32:06.169+00', '2026-11-28 13:32:06.093089+00');
INSERT INTO public.conversations VALUES ('01a2225b-1cb2-765e-8c9c-ac6480cd6489', 'dm', 1, 1, '2026-11-28 13:32:06.203+00', '2026-11-28 13:32:06.194425+00');

INSERT INTO public.device_sessions VALUES ('01a2225b-1c1b-7346-b943-3c0206a43e05', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'unnamed device', '127.0.0.1', '2026-11-28 13:32:06.041927+00', '2026-11-28 13:32:06.041927+00', '\xb323ef3407c3fcfb0f1cbc4185f7eb5ed03947026101642551e69e1e31523e0a', NULL, 0, '2026-11-28 13:32:06.041927+00', '2026-12-28 13:32:06.041927+00');
INSERT INTO public.device_sessions VALUES ('01a2225b-1c3f-76a5-aa78-b9999980c7f6', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'unnamed device', '127.0.0.1', '2026-11-28 13:32:06.078727+00', '2026-11-28 13:32:06.078727+00', '\xd3dfb3a2801fb142c199f08c2d9ad3720c56e1c737c5a2c717ab1148eaebda96', NULL, 0, '2026-11-28 13:32:06.078727+00', '2026-12-28 13:32:06.078727+00');

INSERT INTO public.dms VALUES ('01a2225b-1cb2-765e-8c9c-ac6480cd6489', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', '01a2225b-1c3e-73a2-8662-42d938fec91e');

INSERT INTO public.groups VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 'Harbour', 'boats', NULL, '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'invite', 'all', NULL, 1073741824, 2, '2026-11-28 13:32:06.093089+00', '2026-11-28 13:32:06.093089+00');

INSERT INTO public.invites VALUES ('ha3CFKe1pVVQ', '01a2225b-1c4c-75a3-bc09-c1e17242b9ea', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', NULL, NULL, 0, '2026-11-28 13:32:06.186642+00');

INSERT INTO public.members VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'owner', '2026-11-28 13:32:06.093089+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'user', '2026-11-28 13:32:06.101436+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-1cb2-765e-8c9c-ac6480cd6489', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'user', '2026-11-28 13:32:06.194425+00', 0, 0);
INSERT INTO public.members VALUES ('01a2225b-1cb2-765e-8c9c-ac6480cd6489', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'user', '2026-11-28 13:32:06.194425+00', 0, 0);

INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 1, '01a2225b-1c59-772d-b111-fb2a0e318653', NULL, '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'system', '{"event": "member_joined", "user_id": "01a2225b-1c3e-73a2-8662-42d938fec91e", "actor_id": "01a2225b-1c19-73fb-8ee9-0646ba33a6e6"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.107+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 2, '01a2225b-1c6a-751f-a60d-39ecf57dd3ed', 'c531a5c9-a1f3-41b5-8827-2ed91f4fab6b', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'text', '{"text": "the heron waits at pier 1"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.125+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 3, '01a2225b-1c73-7449-aa6e-af120ca5ebe3', 'e3827693-5c03-4af9-bbb7-3d26886b560e', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'text', '{"text": "the heron waits at pier 2"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.132+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 6, '01a2225b-1c7d-716f-adc6-b921ca3eb5ba', 'bfc223dc-a399-419e-a4a4-ec779f050890', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'text', '{"text": "the heron waits at pier 5"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.142+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 7, '01a2225b-1c82-75fd-9f8b-23fafd631c8f', '6bd9ccb1-1f2c-4c2c-afe1-c88ebec297c0', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'text', '{"text": "the heron waits at pier 6"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.147+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 8, '01a2225b-1c86-71a7-8047-468525b677f3', 'aa707679-671e-4562-b46a-235fbe331338', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'text', '{"text": "the heron waits at pier 7"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.151+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 9, '01a2225b-1c8a-753c-93fc-c06507ed909e', 'c85f16e6-04a1-48d0-9ef8-7d82b963beb0', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'text', '{"text": "the heron waits at pier 8"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.155+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 10, '01a2225b-1c8f-73a2-9f60-2e72e25704c2', 'a56623af-b074-40a7-b0af-1936dafbcd79', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'text', '{"text": "yes, I saw it"}', NULL, '01a2225b-1c6a-751f-a60d-39ecf57dd3ed', '{}', '[]', '2026-11-28 13:32:06.159+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 11, '01a2225b-1c93-75fb-8c5a-f52be2fdacd0', 'b8c5c7c6-8405-4a67-a48c-3e0383225407', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'text', '{"text": "look here @pete"}', NULL, NULL, '{01a2225b-1c3e-73a2-8662-42d938fec91e}', '[]', '2026-11-28 13:32:06.164+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 12, '01a2225b-1c99-7063-92ac-021e6bef463d', '28b29650-b31e-4076-bc31-473e0908fdc2', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'text', '{"text": "sealed"}', '{"n": "abc", "v": 1}', NULL, '{}', '[]', '2026-11-28 13:32:06.169+00', NULL, NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 4, '01a2225b-1c77-7795-99a5-54a3f69ddb7a', 'fbe7a078-89d8-4999-8543-0ada5521effc', '01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'text', '{"text": "the osprey waits at pier 3"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.135+00', '2026-11-28 13:32:06.173+00', NULL);
INSERT INTO public.messages VALUES ('01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 5, '01a2225b-1c7a-71cd-9e7a-f4924eb1298f', '7f8dd6e3-85db-449c-8fd0-04647734a2c0', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'text', NULL, NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.138+00', NULL, '2026-11-28 13:32:06.179+00');
INSERT INTO public.messages VALUES ('01a2225b-1cb2-765e-8c9c-ac6480cd6489', 1, '01a2225b-1cba-73cb-94ad-fb9bec215df1', 'cf603fa0-3517-4451-9a8a-20ecf21c5b72', '01a2225b-1c3e-73a2-8662-42d938fec91e', 'text', '{"text": "a lantern for you"}', NULL, NULL, '{}', '[]', '2026-11-28 13:32:06.203+00', NULL, NULL);

INSERT INTO public.schema_migrations VALUES ('0001-core.sql', '2026-11-28 13:32:05.66982+00');

INSERT INTO public.signing_keys VALUES ('01a2225b1ad3749bbbe711d0d39d0f7f', 'access', '\xf5977c0ae602aeb684046a1bcd3af9977cb9e3d8c00be66056d30dee6617dbe0', '2026-11-28 13:32:05.715255+00');
INSERT INTO public.signing_keys VALUES ('01a2225b1ad4744083711af15e61b75f', 'refresh', '\x5904f58907a7b587b275cd10200d67b486fb8f929ef432092951810e79412a9d', '2026-11-28 13:32:05.715255+00');

INSERT INTO public.unread_mentions VALUES ('01a2225b-1c3e-73a2-8662-42d938fec91e', '01a2225b-1c4c-75a3-bc09-c1e17242b9ea', 11);

INSERT INTO public.users VALUES ('01a2225b-1c19-73fb-8ee9-0646ba33a6e6', 'olivia', 'RY1DS4NY', 'Olivia', '$argon2id$v=19$m=19456,t=2,p=1$uGQmItGzienwjE68z/sUWnD+C9iB7xcjo85e/QGse18$7SgbxWjLmSw2WRa4lGfPb+iRynQEwMcKTQw1u/jR92U', NULL, NULL, 'online', '', NULL, '2026-11-28 13:32:06.041+00', '2026-11-28 13:32:06.041+00', NULL);
INSERT INTO public.users VALUES ('01a2225b-1c3e-73a2-8662-42d938fec91e', 'pete', 'F9K0BQHR', 'Pete', '$argon2id$v=19$m=19456,t=2,p=1$CBohQl/TNCN4QgYIamhtnPKKB4D+H359d3wfTxDC9Oo$koVeuAsSmb2kmweJLqCUiPzRkLbAz8h4bPCJnoeYw4c', NULL, NULL, 'online', '', NULL, '2026-11-28 13:32:06.078+00', '2026-11-28 13:32:06.078+00', NULL);

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

ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (conversation_id, user_id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (conversation_id, seq);

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

CREATE UNIQUE INDEX messages_by_client_id ON public.messages USING btree (conversation_id, sender_id, client_id) WHERE (client_id IS NOT NULL);

CREATE INDEX messages_by_id ON public.messages USING btree (id);

CREATE INDEX messages_by_text ON public.messages USING gin (to_tsvector('simple'::regconfig, (content ->> 'text'::text))) WHERE ((type <> 'system'::text) AND (encryption IS NULL) AND (deleted_at IS NULL));

CREATE INDEX unread_mentions_by_conversation ON public.unread_mentions USING btree (conversation_id, seq);

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

ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_conversation_id_message_seq_fkey FOREIGN KEY (conversation_id, message_seq) REFERENCES public.messages(conversation_id, seq) ON DELETE CASCADE;

ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.unread_mentions
    ADD CONSTRAINT unread_mentions_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
