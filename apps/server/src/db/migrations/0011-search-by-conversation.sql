-- Search looks into the conversations of its user only, newest first, a bounded part of them at a time. An index of words
-- over all conversations cannot do that: it reads whatever has the word, and its time tells an outsider how common a word
-- is in a group that they cannot read.

-- The keys by which words are found: of one conversation and 1,024 numbers of its log, so that a look-up reads nothing else.
-- The upper half of a key is the block, which keeps the keys of a block together in the index: what is written now goes to
-- the same few pages. Two words or blocks may share a key, so what is found by key is compared by `words` as well.
CREATE FUNCTION word_keys(p_conversation uuid, p_block bigint, p_words text[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(
    (uuid_hash_extended(p_conversation, p_block) & -4294967296) | (hashtextextended(word, 0) & 4294967295)), '{}')
  FROM unnest(p_words) AS word
$$;

DROP INDEX message_words_by_word;
-- No list of pending entries: every look-up would read all of it, and a search makes many.
CREATE INDEX message_words_by_key ON message_words
  USING gin (word_keys(conversation_id, seq / 1024, tsvector_to_array(words))) WITH (fastupdate = off);

-- The first `seq` of a log whose message was stored at `p_at` or later: where a page that ends before that time begins.
CREATE FUNCTION seq_at(p_conversation uuid, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
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
