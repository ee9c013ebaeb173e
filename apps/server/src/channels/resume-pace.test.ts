import { expect, test } from 'bun:test';
import { type Frame, Refusal, type SessionId, type UserId } from '@tpx/protocol';
import { parseRateLimits } from '../config/rate-limit-setting.ts';
import { BatchLoader } from '../db/batch-loader.ts';
import { Admission } from '../limits/admission.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';
import type { Access, AccessKey } from '../messages/access.ts';
import type { ChannelSession } from './channel-session.ts';
import { Channels } from './channels.ts';
import { JoinedChannels } from './joined-channels.ts';

const userId = '019a0000-0000-7000-8000-000000000001' as UserId;

function world({ limits = 'off', stepsPerTurn = 128, conversations = 0 } = {}) {
  const asked: AccessKey[] = [];
  const answered: unknown[] = [];
  let wanted = true;
  const access = new BatchLoader<AccessKey, Access | undefined>(async (keys) => {
    asked.push(...keys);
    return keys.map(() => undefined);
  });
  const summary = { topic: 'group:x', last_seq: 1, my_read_seq: 0, mention_count: 0 };
  const conversationsOf = new BatchLoader<UserId, (typeof summary)[]>(async (ids) =>
    ids.map(() => Array(conversations).fill(summary)),
  );
  const limiter = new RateLimiter(parseRateLimits(limits, Error), () => 0);
  const admission = new Admission({ stepsPerTurn, underWay: 10 });
  const deps = { access, conversationsOf, limiter, admission } as unknown as ConstructorParameters<
    typeof Channels
  >[0];
  const connection = {
    subscribe: () => undefined,
    reply: (_frame: Frame, _status: string, response: { json: string }) =>
      answered.push(JSON.parse(response.json)),
  } as unknown as ChannelSession['connection'];
  const session: ChannelSession = {
    userId,
    deviceId: 'device' as SessionId,
    connection,
    channels: new JoinedChannels(),
    devices: undefined,
    hiddenUsers: undefined,
    accessVersion: 0,
    wants: () => wanted,
    closeChannel: () => undefined,
  };
  const channels = new Channels(deps);
  const join = (payload: unknown) =>
    channels.join(session, { joinRef: '1', ref: '1', topic: `user:${userId}`, event: 'phx_join', payload });
  const overtake = () => {
    wanted = false;
  };
  return { asked, answered, join, overtake };
}

const topic = (n: number) => `group:019a0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const resume = (count: number, seq: unknown = 0) => ({
  resume: Object.fromEntries(Array.from({ length: count }, (_, n) => [topic(n), seq])),
});
const codeOf = (join: Promise<void>) =>
  join.then(
    () => 'ok',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );

test('WS-25 a resume takes a token for each of its topics, also one that is refused', async () => {
  const { join, asked } = world({ limits: 'resume=1000/1h' });
  expect(await codeOf(join(resume(600)))).toBe('ok');
  expect(asked).toHaveLength(600);
  expect(await codeOf(join(resume(300, 'wrong')))).toBe('invalid');
  expect(await codeOf(join(resume(101)))).toBe('rate_limited');
  expect(await codeOf(join(resume(99)))).toBe('ok');
  expect(asked).toHaveLength(699);
  expect(await codeOf(join({ resume: 'x' }))).toBe('invalid');
  expect(await codeOf(join({}))).toBe('rate_limited');
});

test('WS-25 the longest resume fits into a full bucket several times: who comes back gets everything', async () => {
  const { join } = world({ limits: 'on' });
  for (let n = 0; n < 3; n++) expect(await codeOf(join(resume(1_000)))).toBe('ok');
});

test('WS-25 the conversations that an answer lists are charged for', async () => {
  const { join } = world({ limits: 'resume=100/1h', conversations: 1_000 });
  for (let n = 0; n < 2; n++) expect(await codeOf(join({}))).toBe('ok');
  expect(await codeOf(join({}))).toBe('rate_limited');
});

test('WS-25 each resumed topic is a step: others have their turns in between', async () => {
  const { join } = world({ stepsPerTurn: 10 });
  let turns = 0;
  let done = false;
  const count = () => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await join(resume(500));
  done = true;
  expect(turns).toBeGreaterThanOrEqual(50);
});

test('WS-25 a resume that is overtaken reads no further', async () => {
  const { join, overtake, asked, answered } = world();
  const joining = codeOf(join(resume(1_000)));
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  overtake();
  expect(await joining).toBe('conflict');
  expect(asked.length).toBeLessThanOrEqual(100);
  expect(answered).toEqual([]);
});
