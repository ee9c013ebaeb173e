import type { ConversationId, MessageId, Role, UserId } from '@tpx/protocol';
import { openTestDatabase, type TestDatabase } from '../db/test-database.ts';
import type { Announcer, Change, LogEntry } from '../fanout/announcer.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';

export type Signal = { userId: UserId; event: string; payload: unknown };

/** Keeps what it is told. */
export class RecordingAnnouncer implements Announcer {
  entries: LogEntry[] = [];
  doubts: ConversationId[] = [];
  changes: Change[] = [];
  signals: Signal[] = [];

  logged(entry: LogEntry): void {
    this.entries.push(entry);
  }

  inDoubt(conversationId: ConversationId): void {
    this.doubts.push(conversationId);
  }

  changed(change: Change): void {
    this.changes.push(change);
  }

  signalUser(userId: UserId, event: string, payload: unknown): void {
    this.signals.push({ userId, event, payload });
  }

  forget(): void {
    this.entries = [];
    this.doubts = [];
    this.changes = [];
    this.signals = [];
  }
}

type Cast = Partial<Record<Role, readonly UserId[]>>;

/** A database, people and groups, written by SQL so that no domain function is trusted to prepare its own test. */
export class GroupWorld implements AsyncDisposable {
  readonly announcer = new RecordingAnnouncer();
  readonly limiter = new RateLimiter(undefined);
  readonly database: TestDatabase;

  constructor(database: TestDatabase) {
    this.database = database;
  }

  static async open(connections = 8): Promise<GroupWorld> {
    return new GroupWorld(await openTestDatabase({ connections }));
  }

  /** Plain rows, as `expect` compares them. */
  async rows(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return [...(await this.database.query(text, values))];
  }

  async person(name = 'person'): Promise<UserId> {
    const [id] = await this.people(1, name);
    if (!id) throw new Error('no person');
    return id;
  }

  async people(count: number, name = 'person'): Promise<UserId[]> {
    const ids = Array.from({ length: count }, () => Bun.randomUUIDv7() as UserId);
    await this.database.query(
      'INSERT INTO users (id, username, display_name) SELECT id, $2 || id, $2 FROM unnest($1::uuid[]) AS p (id)',
      [ids, name],
    );
    return ids;
  }

  /** `cast.owner` is one; members are in since the order they are named in, admins before users. */
  async group(cast: Cast): Promise<ConversationId> {
    const id = Bun.randomUUIDv7() as ConversationId;
    const members = (['owner', 'admin', 'user'] as const).flatMap((role) =>
      (cast[role] ?? []).map((userId) => ({ userId, role })),
    );
    const owner = cast.owner?.[0];
    if (!owner) throw new Error('a group has an owner');
    await this.database.query(`INSERT INTO conversations (id, kind) VALUES ($1, 'group')`, [id]);
    await this.database.query(
      `INSERT INTO groups (id, name, owner_id, upload_max_bytes, member_count) VALUES ($1, 'Room', $2, 1000, $3)`,
      [id, owner, members.length],
    );
    await this.database.query(
      `INSERT INTO members (conversation_id, user_id, role, joined_at)
       SELECT $1, m.user_id, m.role, now() + m.ord * interval '1 ms'
       FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS m (user_id, role, ord)`,
      [id, members.map((member) => member.userId), members.map((member) => member.role)],
    );
    await this.database.query(
      'INSERT INTO bans (group_id, user_id, banned_by) SELECT $1, b.user_id, $3 FROM unnest($2::uuid[]) AS b (user_id)',
      [id, cast.banned ?? [], owner],
    );
    return id;
  }

  /** Messages at these times, in order, as if sent by `senderId`; gives their ids. */
  async messages(
    conversationId: ConversationId,
    senderId: UserId,
    times: readonly Date[],
  ): Promise<MessageId[]> {
    const ids = times.map(() => Bun.randomUUIDv7() as MessageId);
    await this.database.query(
      `INSERT INTO messages (conversation_id, seq, id, sender_id, type, content, created_at)
       SELECT $1, c.last_seq + t.ord, t.id, $2, 'text', '{"text": "hi"}', t.at
       FROM conversations c, unnest($3::uuid[], $4::timestamptz[]) WITH ORDINALITY AS t (id, at, ord) WHERE c.id = $1`,
      [conversationId, senderId, ids, times.map((time) => time.toISOString())],
    );
    await this.database.query('UPDATE conversations SET last_seq = last_seq + $2 WHERE id = $1', [
      conversationId,
      times.length,
    ]);
    return ids;
  }

  /** What the group says of itself and what its rows say. */
  async census(
    groupId: ConversationId,
  ): Promise<{ counted: number; members: number; lastSeq: number; seqs: number[] }> {
    const [row] = await this.database.query<{
      counted: number;
      members: string;
      last_seq: string;
      seqs: string[];
    }>(
      `SELECT g.member_count AS counted, (SELECT count(*) FROM members WHERE conversation_id = g.id) AS members,
              c.last_seq,
              ARRAY(SELECT seq::text FROM messages WHERE conversation_id = g.id
                    UNION ALL SELECT seq::text FROM changes WHERE conversation_id = g.id) AS seqs
       FROM groups g JOIN conversations c ON c.id = g.id WHERE g.id = $1`,
      [groupId],
    );
    if (!row) throw new Error('the group is gone');
    return {
      counted: row.counted,
      members: Number(row.members),
      lastSeq: Number(row.last_seq),
      seqs: row.seqs.map(Number).sort((a, b) => a - b),
    };
  }

  async roleOf(groupId: ConversationId, userId: UserId): Promise<string> {
    const [row] = await this.database.query<{ standing: string }>(
      `SELECT coalesce((SELECT role FROM members WHERE conversation_id = $1 AND user_id = $2),
                       (SELECT 'banned' FROM bans WHERE group_id = $1 AND user_id = $2), 'none') AS standing`,
      [groupId, userId],
    );
    return row?.standing ?? 'none';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database[Symbol.asyncDispose]();
  }
}

/** What a promise is refused with, `ok` where it is not; anything but a refusal is thrown on. */
export async function codeOf(outcome: Promise<unknown>): Promise<string> {
  try {
    await outcome;
    return 'ok';
  } catch (error) {
    if (error instanceof Error && error.name === 'Refusal' && 'code' in error) return String(error.code);
    throw error;
  }
}
