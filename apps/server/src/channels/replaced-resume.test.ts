import { expect, test } from 'bun:test';
import type { ConversationId, ConversationSummary, UserId } from '@tpx/protocol';
import { BatchLoader } from '../db/batch-loader.ts';
import type { Queries } from '../db/database.ts';
import type { EventPlace, LogPlace } from '../fanout/event-place.ts';
import { liveGroup } from '../fanout/live-conversation.fixture.ts';
import { GroupWorld } from '../groups/group-world.fixture.ts';
import { type Access, type AccessKey, loadAccess } from '../messages/access.ts';
import type { ChannelSession } from './channel-session.ts';
import type { JoinDeps } from './join-conversation.ts';
import { prepareUserJoin } from './join-user.ts';

const GROUPS = 8;
const MESSAGES = 60;

test('WS-19 a resume whose histories were all replaced reads no more than its answer may carry', async () => {
  await using world = await GroupWorld.open();
  const { database } = world;
  const alice = await world.person();
  const groups: ConversationId[] = [];
  for (let n = 0; n < GROUPS; n++) {
    const id = await world.group({ owner: [alice] });
    await world.messages(id, alice, Array(MESSAGES).fill(new Date()));
    groups.push(id);
  }
  await database.query(`UPDATE messages SET content = jsonb_build_object('text', repeat('x', 16000))`);

  let read = 0;
  const counting: Queries = {
    query: async (text, values) => {
      const rows = await database.query(text, values);
      if (text.includes('log_seq')) read += rows.length;
      return rows as never;
    },
  };
  const deps = {
    database: counting,
    access: new BatchLoader<AccessKey, Access | undefined>((keys) => loadAccess(database, keys)),
    conversationsOf: new BatchLoader<UserId, ConversationSummary[]>(async (ids) => ids.map(() => [])),
    places: new BatchLoader<EventPlace, LogPlace | undefined>(async (asked) =>
      asked.map(() => ({ firstSeq: 1, lastSeq: MESSAGES, eventId: crypto.randomUUID() })),
    ),
    live: { acquire: async (id: ConversationId) => liveGroup({ id, firstSeq: 1, lastSeq: MESSAGES }) },
    doubtHistory: () => undefined,
  } as unknown as JoinDeps;
  const session = { userId: alice } as ChannelSession;
  const held = Object.fromEntries(
    groups.map((id) => [`group:${id}`, { seq: MESSAGES, eventId: crypto.randomUUID() }]),
  );
  const { resumes } = await prepareUserJoin(deps, session, held, async () => undefined);
  expect(resumes.map(([, joinable]) => joinable)).toMatchObject(
    groups.map(() => ({ missed: { replaced: true } })),
  );
  expect(read).toBe(MESSAGES);
});
