import { describe, expect, test } from 'bun:test';
import { until } from '@tpx/testkit';
import { dmBetween, newClient, sameAccount, textsOf } from './sdk.fixture.ts';
import { serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();

describe('SDK-6 SDK-8 several people and devices', () => {
  test('SDK-6 the ladder of a DM: sent, delivered when their device has it, read when they have', async () => {
    const [alice, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const [mine, theirs] = await dmBetween(alice, bob);
    await bob.close();
    await mine.sendText('hello');
    const message = await until(() => mine.messages[0], { what: 'the message' });
    expect(mine.ladderOf(message)).toBe('sent');
    await bob.open();
    bob.connect();
    await until(() => mine.ladderOf(message) === 'delivered', { what: 'D' });
    const again = await until(() => bob.conversation(theirs.topic), { what: 'the DM at bob' });
    expect(again.unread).toBe(1);
    await again.markRead();
    expect(again.unread).toBe(0);
    await until(() => mine.ladderOf(message) === 'read', { what: 'R' });
    await Promise.all([alice.close(), bob.close()]);
  }, 30_000);

  test('SDK-6 a group’s message is delivered and read when all others are there, and counts say how many', async () => {
    const people = await Promise.all(['alice', 'bob', 'cid'].map((name) => newClient(server, name)));
    const [alice, bob, cid] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]];
    const group = await alice.createGroup('Hall');
    for (const other of [bob, cid]) await alice.rest.groups.add(group.id, other.me.id);
    const at = async (client: typeof bob) => {
      const conversation = await until(() => client.conversation(group.topic), { what: 'the group' });
      await conversation.ready();
      return conversation;
    };
    const [atBob, atCid] = [await at(bob), await at(cid)];
    await until(() => group.about.kind === 'group' && group.about.member_count === 3, {
      what: 'three members',
    });
    await group.sendText('hi all');
    const message = await until(() => group.messages.find(({ type }) => type === 'text'), {
      what: 'the message',
    });
    await until(() => group.ladderOf(message) === 'delivered', { what: 'D' });
    await atBob.markRead();
    await until(() => group.reachOf(message).read === 1, { what: 'one reader' });
    expect(group.ladderOf(message)).toBe('delivered');
    await atCid.markRead();
    await until(() => group.ladderOf(message) === 'read', { what: 'R' });
    await Promise.all(people.map((client) => client.close()));
  }, 30_000);

  test('SDK-6 after a long absence a new device knows that it does not hold all that is unread, and who called', async () => {
    const [alice, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const [mine] = await dmBetween(alice, bob);
    await bob.close();
    await mine.sendText(`@${bob.me.username} look`);
    for (let line = 1; line < 70; line++) await mine.sendText(`line ${line}`);
    await until(() => mine.outbox.length === 0, { what: 'all to be sent' });
    const device = await sameAccount(server, bob);
    const there = await until(() => device.conversation(mine.topic), { what: 'the DM on the new device' });
    await there.ready();
    expect([there.unread, there.holdsUnread, there.mentionCount]).toEqual([50, false, 1]);
    await there.loadOlder();
    expect([there.unread, there.holdsUnread]).toEqual([70, true]);
    await there.markRead();
    expect([there.unread, there.mentionCount]).toEqual([0, 0]);
    await Promise.all([alice.close(), device.close()]);
  }, 30_000);

  test('SDK-6 marks that rose while the sender was away are there after the next connection', async () => {
    const [alice, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const [mine, theirs] = await dmBetween(alice, bob);
    await mine.sendText('hello');
    await until(() => textsOf(theirs).length === 1, { what: 'the message' });
    await alice.close();
    await theirs.markRead();
    await alice.open();
    alice.connect();
    const again = await until(() => alice.conversation(mine.topic), { what: 'the DM' });
    const message = await until(() => again.messages[0], { what: 'the message in the cache' });
    await until(() => again.ladderOf(message) === 'read', { what: 'R' });
    await Promise.all([alice.close(), bob.close()]);
  }, 30_000);

  test('SDK-6 two devices of one account hold the same, and reading on one is reading on both', async () => {
    const [phone, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const laptop = await sameAccount(server, phone);
    const [onPhone, theirs] = await dmBetween(phone, bob);
    const onLaptop = await until(() => laptop.conversation(onPhone.topic), { what: 'the DM on the laptop' });
    await onLaptop.ready();
    await onPhone.sendText('from the phone');
    await onLaptop.sendText('from the laptop');
    await theirs.sendText('from bob');
    await until(() => textsOf(onPhone).length === 3 && textsOf(onLaptop).length === 3, {
      what: 'all on both',
    });
    expect(textsOf(onPhone)).toEqual(textsOf(onLaptop));
    expect(onLaptop.unread).toBe(1);
    await onPhone.markRead();
    await until(() => onLaptop.unread === 0, { what: 'the read mark to come over' });
    await until(() => theirs.onlineUsers.find(({ userId }) => userId === phone.me.id)?.devices.length === 2, {
      what: 'both devices in the presence',
    });
    await Promise.all([phone.close(), laptop.close(), bob.close()]);
  }, 30_000);

  test('SDK-4 edits, deletions and reactions reach the other side in order', async () => {
    const [alice, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const [mine, theirs] = await dmBetween(alice, bob);
    await mine.sendText('frist');
    await mine.sendText('second');
    const [first, second] = await until(() => (mine.messages.length === 2 ? mine.messages : undefined), {
      what: 'two',
    });
    await mine.edit(first?.id ?? '', 'first');
    await mine.delete(second?.id ?? '');
    await theirs.react(first?.id ?? '', '👍');
    await until(() => theirs.lastSeq === 5 && mine.lastSeq === 5, { what: 'five events on both sides' });
    for (const side of [mine, theirs]) {
      expect(side.messages).toMatchObject([
        { content: { text: 'first' }, reactions: [{ emoji: '👍', count: 1, user_ids: [bob.me.id] }] },
        { content: null, deleted: true },
      ]);
    }
    await Promise.all([alice.close(), bob.close()]);
  }, 30_000);

  test('SDK-11 typing is shown to the other and ends with the message', async () => {
    const [alice, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const [mine, theirs] = await dmBetween(alice, bob);
    mine.typed();
    await until(() => theirs.typingUserIds[0] === alice.me.id, { what: 'typing' });
    await mine.sendText('done');
    await until(() => theirs.typingUserIds.length === 0, { what: 'typing to end', timeoutMs: 2_000 });
    await Promise.all([alice.close(), bob.close()]);
  }, 30_000);

  test('SDK-14 who is kicked loses the conversation on every device', async () => {
    const [alice, phone] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const laptop = await sameAccount(server, phone);
    const group = await alice.createGroup('Hall');
    await alice.rest.groups.add(group.id, phone.me.id);
    const reasons: string[] = [];
    for (const device of [phone, laptop]) {
      device.events.on('conversation_removed', ({ reason }) => reasons.push(reason));
      await until(() => device.conversation(group.topic)?.joined, { what: 'the group on the device' });
    }
    await alice.rest.groups.kick(group.id, phone.me.id);
    await until(() => reasons.length === 2, { what: 'both devices to be told' });
    expect(reasons).toEqual(['kicked', 'kicked']);
    expect([phone.conversations, laptop.conversations]).toEqual([[], []]);
    await Promise.all([alice.close(), phone.close(), laptop.close()]);
  }, 30_000);

  test('SDK-15 in groups, messages of whom this user has blocked are held and not shown', async () => {
    const [alice, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const group = await alice.createGroup('Hall');
    await alice.rest.groups.add(group.id, bob.me.id);
    const atBob = await until(() => bob.conversation(group.topic), { what: 'the group at bob' });
    await Promise.all([group.ready(), atBob.ready()]);
    await alice.setBlocked(bob.me.id, true);
    const told: string[] = [];
    alice.events.on('message', ({ message }) => told.push(message.sender_id));
    await atBob.sendText('you do not want to see this');
    await until(() => textsOf(atBob).length === 1 && group.lastSeq === atBob.lastSeq, {
      what: 'the message',
    });
    expect([textsOf(group), told]).toEqual([[], []]);
    await alice.setBlocked(bob.me.id, false);
    expect(textsOf(group)).toEqual(['you do not want to see this']);
    await Promise.all([alice.close(), bob.close()]);
  }, 30_000);
});
