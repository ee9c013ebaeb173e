import { Refusal, type SessionId } from '@tpx/protocol';
import { BatchLoader } from '../db/batch-loader.ts';
import type { Queries } from '../db/database.ts';
import type { Change } from './announcer.ts';

/** A change that takes something away from somebody for good. */
export type Revocation = Extract<
  Change,
  { type: 'session_revoked' | 'user_deleted' | 'conversation_deleted' | 'log_trimmed' }
>;

/** Asks PostgreSQL whether what a line on the bus says has happened (spec CLU-42). */
export class RevocationCheck {
  readonly #queries: Queries;
  /** Many devices are signed out at once where somebody changes a password. */
  readonly #liveSessions: BatchLoader<SessionId, boolean>;

  constructor(queries: Queries) {
    this.#queries = queries;
    this.#liveSessions = new BatchLoader(async (ids) => {
      const rows = await queries.query<{ id: SessionId }>(
        'SELECT id FROM device_sessions WHERE id = ANY ($1::uuid[])',
        [ids],
      );
      const alive = new Set(rows.map(({ id }) => id));
      return ids.map((id) => alive.has(id));
    });
  }

  /**
   * Where PostgreSQL is away the line counts: it was committed before, and anyone who was signed out must not stay for as
   * long as that.
   */
  async confirms(change: Revocation): Promise<boolean> {
    try {
      return !(await this.#isContradicted(change));
    } catch (error) {
      if (error instanceof Refusal && error.code === 'unavailable') return true;
      throw error;
    }
  }

  async #isContradicted(change: Revocation): Promise<boolean> {
    switch (change.type) {
      case 'session_revoked':
        return this.#liveSessions.load(change.sessionId);
      case 'user_deleted':
        return this.#exists('SELECT 1 FROM users WHERE id = $1 AND deleted_at IS NULL', change.userId);
      case 'conversation_deleted':
        return this.#exists('SELECT 1 FROM conversations WHERE id = $1', change.conversationId);
      case 'log_trimmed':
        return this.#exists(
          'SELECT 1 FROM conversations WHERE id = $1 AND first_seq < $2',
          change.conversationId,
          change.firstSeq,
        );
    }
  }

  async #exists(text: string, ...values: unknown[]): Promise<boolean> {
    return (await this.#queries.query(text, values)).length > 0;
  }
}
