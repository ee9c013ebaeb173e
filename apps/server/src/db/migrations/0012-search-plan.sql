-- Finds the places of words in ranges of logs, none of which crosses a block of 1,024 (word_keys): of each range the newest
-- `p_limit`, newest first. `p_any`: any of `p_words` will do, else all of them are needed; `p_query` decides.
CREATE FUNCTION find_words(
  p_conversations uuid[], p_low bigint[], p_high bigint[], p_words text[], p_any boolean, p_query tsquery, p_limit integer
) RETURNS TABLE (place integer, seq bigint)
LANGUAGE plpgsql STABLE
-- A plan that suited a table of a few rows would read all of the table, range by range, when it has grown; and its time
-- would tell of other people's messages.
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
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
