-- Waits a moment for a conversation that others write to, in the queue of those that send, instead of passing over it: under
-- a steady stream of messages a row that is not waited for is hardly ever free. False where it is not to be had.
CREATE FUNCTION lock_conversation(p_conversation uuid) RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
BEGIN
  PERFORM FROM conversations WHERE id = p_conversation FOR UPDATE;
  RETURN FOUND;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END
$$;
