import { expect, test } from 'bun:test';
import { until } from '@tpx/testkit';
import { dmBetween, newClient, textsOf } from './sdk.fixture.ts';
import { serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();

test('MSG-10 either side of a DM pins, both are told, and whoever is blocked does not', async () => {
  const [alice, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
  const [mine, theirs] = await dmBetween(alice, bob);
  await mine.sendText('the key is under the mat');
  await until(() => textsOf(theirs).length === 1, { what: 'the message at the other side' });
  const [message] = theirs.messages;
  if (!message) throw new Error('no message');

  await bob.rest.messages.pin(message.id);
  await until(() => mine.messages.at(-1)?.type === 'system', { what: 'the notice' });
  expect(mine.messages.at(-1)).toMatchObject({
    dm_id: mine.id,
    content: { event: 'message_pinned', actor_id: bob.me.id, message_id: message.id },
  });
  const { pins } = await alice.rest.messages.pins('dm', mine.id);
  expect(pins).toMatchObject([{ message: { id: message.id }, pinned_by: bob.me.id }]);

  await alice.setBlocked(bob.me.id, true);
  await expect(bob.rest.messages.unpin(message.id)).rejects.toMatchObject({ code: 'blocked' });
  await alice.rest.messages.unpin(message.id);
  expect((await alice.rest.messages.pins('dm', mine.id)).pins).toEqual([]);
  await Promise.all([alice.close(), bob.close()]);
}, 60_000);
