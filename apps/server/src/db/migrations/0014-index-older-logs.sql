-- Conversations that were there before 0002-search.sql have no row in `indexed_logs`: its trigger makes one for a new
-- conversation only. Without a row nothing of a log is ever indexed.
INSERT INTO indexed_logs (conversation_id) SELECT id FROM conversations ON CONFLICT DO NOTHING;
