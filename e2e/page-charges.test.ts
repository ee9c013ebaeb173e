import { beforeAll, expect, test } from 'bun:test';
import type { MessageObject, RefusalBody } from '@tpx/protocol';
import { createGroup, type Person } from '@tpx/testkit';
import { clientsOfEachTest, ok } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

/** Buckets that do not fill up again while a test runs. */
const server = await serverOfThisFile({
  env: {
    TPX_RATE_LIMITS:
      'register=500/1s,send=500/1s,change=500/1s,read=60/1h,join=60/1h,resume=60/1h,search=60/1h',
  },
});
const [owner, byPush, byHistory, byEvents, byJoin, byResume, byPins, bySearch, modest] = await people(
  server,
  ...(['owner', 'push', 'history', 'events', 'join', 'resume', 'pins', 'search', 'modest'] as const),
);
const clients = clientsOfEachTest();
const members = [byPush, byHistory, byEvents, byJoin, byResume, byPins, bySearch, modest];
const group = await createGroup(owner, members);
const topic = `group:${group.id}`;

/** 80 messages of 16,000 letters: 20 tokens of 65,536 characters, more than a ring holds. */
beforeAll(async () => {
  const text = 'x'.repeat(16_000);
  for (let n = 0; n < 80; n++) {
    const content = { text: `word ${text}`.slice(0, 16_000) };
    const sent = await owner.api.call<{ message: MessageObject }>('POST', '/messages/send', {
      group_id: group.id,
      type: 'text',
      content,
    });
    expect(sent.status).toBe(201);
    if (n < 50) await owner.api.call('PUT', `/messages/${sent.body.message.id}/pin`);
  }
});

type Answer = { status: string; code?: string };

/** How often it is answered before it is rate-limited. */
async function answered(ask: () => Promise<Answer>): Promise<number> {
  for (let times = 0; times < 100; times++) {
    const { status, code } = await ask();
    if (status === 'ok') continue;
    expect(code).toBe('rate_limited');
    return times;
  }
  throw new Error('It was never rate-limited.');
}

const get = (person: Person, path: string) => async (): Promise<Answer> => {
  const { status, body } = await person.api.call<{ error?: RefusalBody }>('GET', path);
  return status === 200 ? { status: 'ok' } : { status: 'error', ...body.error };
};

type Push = { receive(status: string, run: (answer: { code?: string }) => void): Push };
const outcome = (push: Push) =>
  new Promise<Answer>((resolve) => {
    push
      .receive('ok', () => resolve({ status: 'ok' }))
      .receive('error', ({ code = '' }) => resolve({ status: 'error', code }));
  });

test('LIM-4 a page costs what was read for it: history by push and by REST, events, pins, search', async () => {
  const channel = clients.connectAs(server, byPush).channel(topic);
  await ok(channel.join());
  const counts = [
    await answered(() => outcome(channel.push('history', { limit: 100 }) as Push)),
    await answered(get(byHistory, `/groups/${group.id}/messages?limit=100`)),
    await answered(get(byEvents, `/groups/${group.id}/events`)),
    await answered(get(byPins, `/groups/${group.id}/pins`)),
    await answered(get(bySearch, '/search?q=word&limit=100')),
  ];
  for (const count of counts) expect(count).toBeWithin(2, 6);
  expect(await answered(get(modest, `/groups/${group.id}/messages?limit=1`))).toBeGreaterThan(40);
});

test('LIM-4 a join and a resume cost what was read for them', async () => {
  const joins = await answered(() => {
    const socket = clients.connectAs(server, byJoin);
    return outcome(socket.channel(topic, { last_seq: 0 }).join() as Push);
  });
  expect(joins).toBeWithin(2, 6);
  const resumes = await answered(() => {
    const socket = clients.connectAs(server, byResume);
    return outcome(socket.channel(`user:${byResume.user.id}`, { resume: { [topic]: 0 } }).join() as Push);
  });
  expect(resumes).toBeWithin(2, 6);
});
