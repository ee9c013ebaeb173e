import { expect, test } from 'bun:test';
import { createDm, createGroup, type Person } from '@tpx/testkit';
import { clientsOfEachTest, joined, ok, refused, text } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();
const [alice, bob, carol] = await people(server, 'alice', 'bob', 'carol');
const clients = clientsOfEachTest();
const connect = (person: Person) => clients.connectAs(server, person);

test('WS-17 join refused: banned, not_member, not_found, unauthorized', async () => {
  const group = await createGroup(alice, [bob]);
  const dm = await createDm(alice, bob);
  await alice.api.call('POST', `/groups/${group.id}/ban`, { user_id: bob.user.id });
  const join = (person: Person, topic: string) => refused(connect(person).channel(topic).join());
  expect(await join(bob, `group:${group.id}`)).toMatchObject({ code: 'banned' });
  expect(await join(carol, `group:${group.id}`)).toMatchObject({ code: 'not_member' });
  expect(await join(carol, `dm:${dm.id}`)).toMatchObject({ code: 'not_found' });
  expect(await join(carol, `dm:${group.id}`)).toMatchObject({ code: 'not_found' });
  expect(await join(carol, `group:${crypto.randomUUID()}`)).toMatchObject({ code: 'not_found' });
  expect(await join(carol, `user:${alice.user.id}`)).toMatchObject({ code: 'unauthorized' });
});

test('WS-16 push error: what is wrong is said, and the channel stays joined', async () => {
  const group = await createGroup(alice);
  const { channel } = await joined(connect(alice), `group:${group.id}`);
  expect(await refused(channel.push('message', text('')))).toMatchObject({
    code: 'invalid',
    message: 'content.text: is empty',
  });
  expect(await refused(channel.push('message', { ...text('x'), colour: 1 }))).toMatchObject({
    code: 'invalid',
  });
  expect(await refused(channel.push('nonsense', {}))).toMatchObject({ code: 'invalid' });
  expect(await refused(channel.push('constructor', {}))).toMatchObject({ code: 'invalid' });
  expect(await refused(channel.push('edit', { id: crypto.randomUUID(), ...text('x') }))).toMatchObject({
    code: 'invalid',
  });
  const unknown = { id: crypto.randomUUID(), content: { text: 'x' } };
  expect(await refused(channel.push('edit', unknown))).toMatchObject({ code: 'not_found' });
  await ok(channel.push('message', text('still here')));
});

test('WS-16 an unknown topic is refused, whatever it looks like', async () => {
  const socket = connect(alice);
  for (const topic of [
    'lobby',
    'group:',
    'group:1',
    'group:*',
    'user:me',
    '',
    'presence group:x',
    "dm:' OR 1=1",
  ])
    expect(await refused(socket.channel(topic).join())).toMatchObject({ code: 'not_found' });
});
