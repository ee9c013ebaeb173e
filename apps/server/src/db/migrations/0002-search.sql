-- The words of messages, for full-text search. They are filled behind the log, never by a send: an inverted index costs
-- Postgres more than all else that a send costs, and now and then stops whoever writes to it (docs/benchmarks.md).

CREATE TABLE message_words (
  conversation_id uuid NOT NULL,
  seq bigint NOT NULL,
  words tsvector NOT NULL,
  PRIMARY KEY (conversation_id, seq)
);
-- Words wait in a list that is merged into the index when it is full. The default of 4 MB takes 150 to 200 ms, for which
-- whoever searches the same conversations waits.
CREATE INDEX message_words_by_word ON message_words USING gin (words) WITH (gin_pending_list_limit = 512);

-- How far each log is in `message_words`. Its row is the lock of whoever changes the words of a conversation; a row of its
-- own, because the one in `conversations` is what senders wait for.
CREATE TABLE indexed_logs (
  conversation_id uuid PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
  seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- The row is there before the first event, so that locking it is all that anybody has to do.
CREATE FUNCTION begin_indexing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO indexed_logs (conversation_id) VALUES (NEW.id);
  RETURN NULL;
END
$$;
CREATE TRIGGER begin_indexing AFTER INSERT ON conversations FOR EACH ROW EXECUTE FUNCTION begin_indexing();

-- Brings `message_words` up to date with the logs, at most `p_limit` events and about `p_characters` of text; gives the
-- conversations that have more. Edits and deletions are events of the log too, so following it is enough: whatever commits
-- meanwhile has a higher `seq` and comes next time. `p_wait`: waits for conversations that somebody else indexes; otherwise
-- they are left out, and given. Those that are gone are not given.
CREATE FUNCTION index_words(p_conversations uuid[], p_limit integer, p_characters integer, p_wait boolean)
RETURNS SETOF uuid
LANGUAGE plpgsql
-- As in `append_messages`: no plan that suited empty tables.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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
