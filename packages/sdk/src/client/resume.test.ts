import { describe, expect, test } from 'bun:test';
import type { ConversationSummary, UserJoined } from '@tpx/protocol';
import type { Conversation } from '../conversation/conversation.ts';
import { planResume, resumeOf } from './resume.ts';

const held = (topic: string, lastSeq: number | undefined) =>
  ({
    topic,
    lastSeq,
    readSeq: 0,
    link: { sync: { position: lastSeq === undefined ? undefined : { last_seq: lastSeq, last_id: 'e' } } },
  }) as Conversation;
const summary = (topic: string, last_seq: number): ConversationSummary => ({
  topic,
  last_seq,
  my_read_seq: 0,
  mention_count: 0,
});
const page = { events: [], has_more: false };
const error = (code: string) => ({ error: { code, message: '' } });

describe('SDK-3 resuming', () => {
  test('SDK-3 one frame names every conversation that was joined before, a thousand at most', () => {
    expect(resumeOf([held('dm:1', 4), held('dm:2', undefined), held('dm:3', 0)])).toEqual({
      'dm:1': { last_seq: 4, last_id: 'e' },
      'dm:3': { last_seq: 0, last_id: 'e' },
    });
    const many = Array.from({ length: 1_200 }, (_, index) => held(`dm:${index}`, 1));
    expect(Object.keys(resumeOf(many))).toHaveLength(1_000);
  });

  test('SDK-3 resumed, to be joined, unknown and gone are told apart', () => {
    const all = [held('dm:1', 4), held('dm:2', undefined), held('dm:3', 1), held('dm:4', 1), held('dm:5', 1)];
    const answer: UserJoined = {
      conversations: ['dm:1', 'dm:2', 'dm:4', 'dm:9'].map((topic) => summary(topic, 4)),
      resumed: { 'dm:1': page, 'dm:3': error('not_member'), 'dm:4': error('unavailable'), 'dm:5': page },
    };
    const plan = planResume(all, answer);
    expect(plan.resumed.map(({ conversation }) => conversation.topic)).toEqual(['dm:1', 'dm:5']);
    expect(plan.join.map(({ topic }) => topic)).toEqual(['dm:2', 'dm:4']);
    expect(plan.gone.map(({ conversation, reason }) => [conversation.topic, reason])).toEqual([
      ['dm:3', 'not_member'],
    ]);
    expect(plan.unknown).toEqual(['dm:9']);
  });

  test('SDK-3 a history that was replaced is joined anew; a node that is merely behind is no reason', () => {
    const replaced: UserJoined = {
      conversations: [summary('dm:1', 4)],
      resumed: { 'dm:1': { ...page, replaced: true } },
    };
    expect(planResume([held('dm:1', 4)], replaced).join).toHaveLength(1);
    const behind: UserJoined = { conversations: [summary('dm:1', 3)], resumed: { 'dm:1': page } };
    expect(planResume([held('dm:1', 40)], behind).resumed).toHaveLength(1);
  });
});
