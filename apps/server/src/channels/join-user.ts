import {
  type ConversationId,
  type ConversationKind,
  type ConversationSummary,
  conversationTopic,
  LIMITS,
  parseTopic,
  RawJson,
  type Ref,
  Refusal,
  type UserId,
} from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { ChannelSession } from './channel-session.ts';
import {
  completeJoin,
  type Joinable,
  type JoinDeps,
  nothingMissed,
  type Position,
  prepareJoin,
  type ReadMissed,
  readMissed,
} from './join-conversation.ts';

type SummaryRow = {
  nth: number;
  conversation_id: ConversationId;
  kind: ConversationKind;
  last_seq: string;
  read_seq: string;
  mention_count: number;
};

const SUMMARIES = `
  SELECT wanted.nth::integer, s.conversation_id, s.kind, s.last_seq, s.read_seq, s.mention_count
  FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(user_id, nth)
  CROSS JOIN LATERAL (
    SELECT m.conversation_id, c.kind, c.last_seq, c.last_message_at, m.read_seq,
           (SELECT count(*)::integer FROM unread_mentions n
            WHERE n.user_id = m.user_id AND n.conversation_id = m.conversation_id) AS mention_count
    FROM members m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.user_id = wanted.user_id
    ORDER BY c.last_message_at DESC NULLS LAST LIMIT ${LIMITS.topicsPerSession}
  ) s
  ORDER BY wanted.nth, s.last_message_at DESC NULLS LAST`;

/** Users whose conversations are read at a time: each may have a thousand. */
export const SUMMARIES_BATCH = 100;

/** The conversations of each user, in the order of the users. */
export async function loadSummaries(
  queries: Queries,
  userIds: readonly UserId[],
): Promise<ConversationSummary[][]> {
  const summaries: ConversationSummary[][] = userIds.map(() => []);
  for (const row of await queries.query<SummaryRow>(SUMMARIES, [userIds])) {
    summaries[row.nth - 1]?.push({
      topic: conversationTopic(row.kind, row.conversation_id),
      last_seq: Number(row.last_seq),
      my_read_seq: Number(row.read_seq),
      mention_count: row.mention_count,
    });
  }
  return summaries;
}

/** JSON of all missed events in one resume (spec WS-19). */
const RESUME_CHARACTERS_MAX = 524_288;

export type PreparedUser = { conversations: ConversationSummary[]; resumes: [string, Joinable | Refusal][] };

/** Conversations of one resume that are read at once; the next ones wait for them. */
const RESUMED_AT_ONCE = 50;

/**
 * Everything of a `user:` join that may wait: the user's conversations, and each that is to be resumed. One that can't
 * be resumed says why in its place; the others go on. `goOn` is a step a conversation, and ends a join that nobody wants
 * any more (spec WS-25).
 */
export async function prepareUserJoin(
  deps: JoinDeps,
  session: ChannelSession,
  resume: Readonly<Record<string, Position>>,
  goOn: () => Promise<void>,
): Promise<PreparedUser> {
  const topics = Object.entries(resume);
  if (topics.length > LIMITS.resumeTopicsMax) {
    throw new Refusal('too_large', `One resume names at most ${LIMITS.resumeTopicsMax} conversations.`);
  }
  const read = readWithinAnswer();
  const conversations = await deps.conversationsOf.load(session.userId);
  const resumes: PreparedUser['resumes'] = [];
  for (let from = 0; from < topics.length; from += RESUMED_AT_ONCE) {
    const some = topics.slice(from, from + RESUMED_AT_ONCE).map(async ([topic, position]) => {
      await goOn();
      return [topic, await prepareResume(deps, session, topic, position, read)] as [
        string,
        Joinable | Refusal,
      ];
    });
    resumes.push(...(await Promise.all(some)));
  }
  return { conversations, resumes };
}

/**
 * Reads one after the other, and no more than the answer may carry: a client that was away for long must not make the
 * node hold a page of each of its conversations. What is left out, `has_more` tells of.
 */
function readWithinAnswer(): ReadMissed {
  let left = RESUME_CHARACTERS_MAX;
  let last: Promise<unknown> = Promise.resolve();
  return (deps, live, position, replaced) => {
    const missed = last.then(async () => {
      if (left <= 0) return nothingMissed(live, position, replaced);
      const found = await readMissed(deps, live, position, replaced);
      for (const { payload } of found.entries) left -= payload.length;
      return found;
    });
    last = missed.catch(() => undefined);
    return missed;
  };
}

async function prepareResume(
  deps: JoinDeps,
  session: ChannelSession,
  name: string,
  position: Position,
  read: ReadMissed,
): Promise<Joinable | Refusal> {
  try {
    const topic = parseTopic(name);
    if (!topic || topic.kind === 'user') throw new Refusal('not_found', 'There is no such conversation.');
    return await prepareJoin(deps, session, topic, position, read);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Joins what was prepared, at once; gives the answer and the conversations whose presence is to be entered after it. */
export function completeUserJoin(
  session: ChannelSession,
  prepared: PreparedUser,
  joinRef: Ref,
): { response: RawJson; entered: Joinable[] } {
  const entered: Joinable[] = [];
  const room = { characters: RESUME_CHARACTERS_MAX };
  const resumed = prepared.resumes.map(([topic, joinable]) => {
    if (joinable instanceof Refusal)
      return `${JSON.stringify(topic)}:${JSON.stringify({ error: joinable.toBody() })}`;
    entered.push(joinable);
    return `${JSON.stringify(topic)}:${completeJoin(session, joinable, joinRef, room).resumed}`;
  });
  // Where the log of a resumed topic ends is where its broadcasts begin, whatever Postgres has by now (spec WS-7).
  const ends = new Map(entered.map(({ conversation }) => [conversation.topic, conversation.lastSeq]));
  const conversations = prepared.conversations.map((summary) => ({
    ...summary,
    last_seq: ends.get(summary.topic) ?? summary.last_seq,
  }));
  const response = new RawJson(
    `{"conversations":${JSON.stringify(conversations)},"resumed":{${resumed.join(',')}}}`,
  );
  return { response, entered };
}
