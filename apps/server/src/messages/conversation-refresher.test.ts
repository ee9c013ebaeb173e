import { expect, test } from 'bun:test';
import { type ConversationId, Refusal } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import type { Queries } from '../db/database.ts';
import { liveGroup } from '../fanout/live-conversation.fixture.ts';
import { ConversationRefresher } from './conversation-refresher.ts';

const group = (id: string) => liveGroup({ id: id as ConversationId });
const failOn = (error: unknown) => {
  throw error;
};

test('AUTHZ-2 rules that changed before an outage are read after it', async () => {
  let away = true;
  const database: Queries = {
    query: async <Row extends object>() => {
      if (away) throw new Refusal('unavailable');
      return [{ id: 'a', member_count: 9, who_can_post: 'admins' }] as unknown as Row[];
    },
  };
  const refresher = new ConversationRefresher({ database, onError: failOn, retryMs: 1 });
  const [a, gone] = [group('a'), group('gone')];
  refresher.refresh(a);
  refresher.refresh(gone);
  away = false;
  await until(() => a.whoCanPost === 'admins', { what: 'the new rule' });
  expect(a.memberCount).toBe(9);
  expect(gone).toMatchObject({ memberCount: 2, whoCanPost: 'all' });
});

test('AUTHZ-2 a thousand changes while one is read are one more reading, and it is the last that counts', async () => {
  const readings: PromiseWithResolvers<object[]>[] = [];
  const database: Queries = {
    query: <Row extends object>() => {
      const reading = Promise.withResolvers<object[]>();
      readings.push(reading);
      return reading.promise as Promise<Row[]>;
    },
  };
  const refresher = new ConversationRefresher({ database, onError: failOn });
  const a = group('a');
  for (let n = 0; n < 1_000; n++) refresher.refresh(a);
  readings[0]?.resolve([{ id: 'a', member_count: 3, who_can_post: 'all' }]);
  await until(() => readings.length === 2, { what: 'the second reading' });
  readings[1]?.resolve([{ id: 'a', member_count: 1_002, who_can_post: 'all' }]);
  await until(() => a.memberCount === 1_002, { what: 'the last count' });
  expect(readings).toHaveLength(2);
});
