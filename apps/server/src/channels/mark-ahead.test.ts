import { expect, test } from 'bun:test';
import { Refusal } from '@tpx/protocol';
import { liveGroup } from '../fanout/live-conversation.fixture.ts';
import type { ConversationChannel } from './channel.ts';
import type { ChannelSession } from './channel-session.ts';
import { type PushDeps, runConversationPush } from './conversation-pushes.ts';

/** A member on a node that knows the log up to 3; Postgres has it up to `stored`, or is away. */
function member(stored: number | 'away') {
  const conversation = liveGroup({ lastSeq: 3 });
  const marks: [delivered: number, read: number][] = [];
  const deps = {
    limiter: { take: () => undefined },
    live: {
      async reach(live: typeof conversation, seq: number) {
        if (stored === 'away') throw new Refusal('unavailable');
        live.lastSeq = Math.min(seq, stored);
      },
    },
    receipts: {
      mark: (...[, , delivered, read]: [unknown, unknown, number, number]) => marks.push([delivered, read]),
    },
    signals: { readMarker: () => undefined },
  } as unknown as PushDeps;
  const channel = {
    topic: conversation.topic,
    conversation,
    deliveredSeq: 1,
    readSeq: 1,
  } as ConversationChannel;
  const push = (event: string, seq: number) =>
    runConversationPush(deps, { userId: 'u' } as ChannelSession, channel, event, { seq });
  return { push, marks };
}

test('RCP-2 a mark of an event that this node does not know yet waits until it is read from Postgres', async () => {
  const { push, marks } = member(9);
  expect(push('delivered', 2)).toEqual({});
  expect(await push('delivered', 5)).toEqual({});
  expect(await push('read', 7)).toEqual({});
  expect(marks).toEqual([
    [2, 1],
    [5, 1],
    [7, 7],
  ]);
});

test('RCP-2 a mark beyond the end of the log is one of its end', async () => {
  const { push, marks } = member(6);
  expect(await push('read', Number.MAX_SAFE_INTEGER)).toEqual({});
  expect(marks).toEqual([[6, 6]]);
});

test('RCP-2 a mark of an event that cannot be read now is refused, not lost in silence', async () => {
  const { push, marks } = member('away');
  await expect(push('read', 4)).rejects.toMatchObject({ code: 'unavailable' });
  expect(push('read', 3)).toEqual({});
  expect(marks).toEqual([[3, 3]]);
});
