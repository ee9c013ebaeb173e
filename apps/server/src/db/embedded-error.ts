/** The embedded PostgreSQL cannot run here; the message is a sentence for the person who started the node. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
