import { type ConversationSummary, LIMITS, Refusal, type UserJoined } from '@tpx/protocol';
import type { Conversation } from '../conversation/conversation.ts';

/** What is to be done about each conversation after a `user:` join (rule SDK-3). */
export type ResumePlan = {
  resumed: { conversation: Conversation; summary: ConversationSummary; page: PageOf<UserJoined> }[];
  /** Known here, but not in the resume, or not resumed for a passing reason, or with another history. */
  join: Conversation[];
  /** Topics that this device knows nothing of. */
  unknown: string[];
  /** Not this user's any more. */
  gone: { conversation: Conversation; reason: string }[];
};

type PageOf<Joined extends UserJoined> = Exclude<Joined['resumed'][string], { error: unknown }>;

const GONE = new Set(['banned', 'not_member', 'not_found', 'unauthorized']);

type Position = NonNullable<Conversation['link']['sync']['position']>;

/** What is held of the first thousand that have been joined before; the others join by themselves. */
export function resumeOf(conversations: readonly Conversation[]): Record<string, Position> {
  const resume: Record<string, Position> = {};
  for (const { topic, link } of conversations.slice(0, LIMITS.resumeTopicsMax)) {
    if (link.sync.position) resume[topic] = link.sync.position;
  }
  return resume;
}

export function planResume(conversations: readonly Conversation[], answer: UserJoined): ResumePlan {
  const plan: ResumePlan = { resumed: [], join: [], unknown: [], gone: [] };
  const summaries = new Map(answer.conversations.map((summary) => [summary.topic, summary]));
  const known = new Set<string>();
  for (const conversation of conversations) {
    const { topic, lastSeq = 0 } = conversation;
    known.add(topic);
    const summary = summaries.get(topic);
    const page = answer.resumed[topic];
    if (page && 'error' in page && GONE.has(page.error.code)) {
      plan.gone.push({ conversation, reason: page.error.code });
    } else if (page && !('error' in page) && !page.replaced) {
      // Where the summary was cut off (very many conversations), the page alone says how far the log goes.
      const last = page.events.at(-1)?.seq ?? lastSeq;
      plan.resumed.push({
        conversation,
        page,
        summary: summary ?? { topic, last_seq: last, my_read_seq: conversation.readSeq, mention_count: 0 },
      });
    } else {
      plan.join.push(conversation);
    }
  }
  plan.unknown = answer.conversations.map(({ topic }) => topic).filter((topic) => !known.has(topic));
  return plan;
}

/** Whether a refused join means that the conversation is not this user's any more. */
export function meansGone(error: unknown): error is Refusal {
  return error instanceof Refusal && GONE.has(error.code);
}
