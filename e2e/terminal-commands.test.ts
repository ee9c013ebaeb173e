import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type MessageObject, Refusal } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import { COMMANDS, runNamed } from '@tpx/terminal';
import { startServer, TEST_PASSWORD, type TestServer, until } from '@tpx/testkit';
import { TerminalPerson, textOf } from './terminal-person.fixture.ts';

let server: TestServer;
let alice: TerminalPerson;
let bob: TerminalPerson;
/** The group of both, as alice has it; alice owns it. */
let hall: Conversation;

beforeAll(async () => {
  server = await startServer();
  alice = await new TerminalPerson(server, 'alice').register();
  bob = await new TerminalPerson(server, 'bob').register();
  await alice.do('/group create Hall');
  hall = alice.current as Conversation;
  await alice.do(`/add ${bob.username}`);
  await both('Hall');
}, 90_000);
afterAll(async () => {
  await Promise.all([alice, bob].map((person) => person[Symbol.asyncDispose]()));
  await server[Symbol.asyncDispose]();
}, 60_000);

/** Both turn to the conversation of that name, joined. */
async function both(name: string): Promise<void> {
  for (const person of [alice, bob]) {
    await until(
      () =>
        person.client.conversations.some(
          ({ about, joined }) => joined && (about.kind === 'dm' || about.name === name),
        ),
      { what: `${name} at ${person.username}` },
    );
    await person.do(`/open ${name}`);
  }
}

/** Said by one and held by the other. */
async function say(from: TerminalPerson, to: TerminalPerson, text: string): Promise<MessageObject> {
  await from.do(text);
  await from.holds(text);
  return await to.holds(text);
}

const textIn = (message: MessageObject | undefined) => (message?.content as { text?: string } | null)?.text;

/** A test of each command by its name; the last test of this file holds the table against it. */
const tested = new Map<string, () => Promise<void>>();
const of = (name: string, run: () => Promise<void>) => tested.set(name, run);

of('register', async () => {
  await using carol = new TerminalPerson(server, 'carol');
  expect(await carol.refused(`/register ${carol.username} short`)).toBe(
    'A password has at least 10 characters.',
  );
  const shown = await carol.shown(`/register ${carol.username}`);
  expect(carol.did.questions).toEqual(['password (at least 10 characters): ', 'password (once more): ']);
  expect(shown).toContain(`Welcome, ${carol.username}. Your PIN is ${carol.client.me.pin}`);
  expect(await carol.refused('/register other-name')).toContain(`You are signed in as ${carol.username}`);
  expect(carol.did.questions).toHaveLength(2);
});

of('logout', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  await carol.do('/logout');
  expect(carol.client.isSignedIn).toBe(false);
  expect(await carol.refused('/logout')).toStartWith('You are not signed in');
});

of('login', async () => {
  await using again = new TerminalPerson(server, 'again');
  expect(await again.run(`/login ${bob.username} not-the-password`)).toMatchObject({
    ok: false,
    error: { code: 'unauthorized' },
  });
  expect(await again.shown(`/login ${bob.username} ${TEST_PASSWORD}`)).toBe(`Signed in as ${bob.username}.`);
  expect(again.client.connection).toEqual({ state: 'online' });
});

of('sessions', async () => {
  expect(await alice.shown('/sessions')).toMatch(/^\S{8} {2}a test, last used .+\(this one\)$/);
});

of('sessions end', async () => {
  await using other = new TerminalPerson(server, 'other');
  await other.do(`/login ${bob.username} ${TEST_PASSWORD}`);
  const { sessions } = await bob.do<{ sessions: { id: string; current: boolean }[] }>('/sessions');
  const mine = sessions.find(({ current }) => current);
  expect(await bob.refused(`/sessions end ${mine?.id}`)).toContain('/logout signs it out');
  const others = sessions.filter(({ current }) => !current);
  for (const { id } of others) await bob.do(`/sessions end ${id}`);
  await until(() => !other.client.isSignedIn, { what: 'the other device to be signed out' });
});

of('logout everywhere', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  await using other = new TerminalPerson(server, 'other');
  await other.do(`/login ${carol.username} ${TEST_PASSWORD}`);
  carol.answers.confirm = false;
  expect(await carol.refused('/logout everywhere')).toBe('Nothing was done.');
  carol.answers.confirm = true;
  await carol.do('/logout everywhere');
  expect(carol.client.isSignedIn).toBe(false);
  await until(() => !other.client.isSignedIn, { what: 'the other device to be signed out' });
});

of('password', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  await using other = new TerminalPerson(server, 'other');
  await other.do(`/login ${carol.username} ${TEST_PASSWORD}`);
  // The new one is the current one; then the question is left.
  carol.answers.secrets = [TEST_PASSWORD, TEST_PASSWORD, TEST_PASSWORD, ''];
  expect(await carol.refused('/password')).toBe('Nothing was done.');
  expect(carol.did.errors).toEqual([expect.stringContaining('that is the current password')]);
  const change = (next: string) => runNamed(carol.context, 'password', { current: TEST_PASSWORD, new: next });
  expect(await change('password123')).toMatchObject({ ok: false, error: { code: 'invalid' } });
  const chosen = 'seven grey whales dancing';
  const changed = await change(chosen);
  expect(textOf(changed.lines)).toBe('Your password is changed. Every other device is signed out.');
  await until(() => !other.client.isSignedIn, { what: 'the other device to be signed out' });
  expect(carol.client.connection).toEqual({ state: 'online' });
  await other.do(`/login ${carol.username} ${chosen}`);
  expect((await carol.do<{ sessions: unknown[] }>('/sessions')).sessions).toHaveLength(2);
});

of('delete-account', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  carol.answers.confirm = false;
  expect(await carol.refused(`/delete-account ${TEST_PASSWORD}`)).toBe('Nothing was done.');
  carol.answers.confirm = true;
  expect(await carol.shown('/delete-account')).toBe(`The account ${carol.username} is deleted.`);
  expect(await carol.run(`/login ${carol.username} ${TEST_PASSWORD}`)).toMatchObject({
    ok: false,
    error: { code: 'unauthorized' },
  });
});

of('nick', async () => {
  expect(await bob.shown('/nick Bob the Second')).toBe(`You are Bob the Second (${bob.username}).`);
  expect(await bob.shown('/nick')).toBe(`You are Bob the Second (${bob.username}).`);
});

of('status', async () => {
  expect(await bob.shown('/status at lunch')).toBe('Your status: at lunch.');
  expect(await alice.shown(`/whois ${bob.username}`)).toContain('status: at lunch');
  expect(await bob.shown('/away OFFLINE')).toBe('Your status: offline.');
  expect(await bob.shown('/status')).toBe('Your status: offline.');
});

of('back', async () => {
  expect(await bob.shown('/back')).toBe('Your status: online.');
  expect(bob.client.me.status).toEqual({ state: 'online', text: '' });
});

of('profile set-photo', async () => {
  expect(await bob.refused('/profile set-photo me.jpg')).toStartWith('Photos come with media');
});

of('dm', async () => {
  const { topic } = await alice.do<{ topic: string }>(`/dm @${bob.username} hello from the command`);
  expect(alice.current?.topic).toBe(topic);
  await bob.do(`/query ${alice.client.me.pin?.toLowerCase().replace(/(....)/, '$1-')}`);
  expect(bob.current?.topic).toBe(topic);
  await bob.holds('hello from the command');
  expect(await alice.refused(`/dm ${alice.username}`)).toBe('That is you. Name somebody else.');
  expect(await alice.run('/dm nobody-there')).toMatchObject({ error: { code: 'not_found' } });
});

test('TERM-14 a name that this device knows of somebody else is whom the server has by it: a backup was restored', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  const { me } = bob.client;
  carol.client.people.learn({ ...me, id: crypto.randomUUID(), pin: 'ZZZZZZZZ' });
  await carol.do(`/dm ${me.username}`);
  expect(carol.current?.topic).toStartWith('dm:');
  await carol.do(`/block ${me.username}`);
  expect(await carol.shown('/blocked')).toContain(me.username ?? '');
});

of('group create', async () => {
  const { name, topic } = await bob.do<{ name: string; topic: string }>('/group create "A room of one"');
  expect([name, bob.current?.topic]).toEqual(['A room of one', topic]);
});

of('invite', async () => {
  await both('Hall');
  const { invite } = await alice.do<{ invite: { max_uses: number; expires_at: string } }>('/invite 1 24');
  expect(invite).toMatchObject({ max_uses: 1, expires_at: expect.any(String) });
  expect(await bob.refused('/invite')).toBe('Only owners and admins may do this. You are user.');
});

of('join', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  const line = (await alice.shown('/invite 1')).replace('Others come in with: ', '');
  expect(await carol.do(line)).toMatchObject({ topic: hall.topic, name: 'Hall' });
  expect(carol.current?.topic).toBe(hall.topic);
  expect(await carol.refused('/join nothing')).toContain('is not the id of a group');
  await alice.do(`/kick ${carol.username}`);
});

of('invites', async () => {
  await alice.do('/invite 7');
  expect(await alice.shown('/invites')).toContain(`by ${alice.username}, used 0 of 7`);
});

of('uninvite', async () => {
  const { invite } = await alice.do<{ invite: { code: string } }>('/invite');
  await alice.do(`/uninvite ${invite.code}`);
  expect(await alice.shown('/invites')).not.toContain(invite.code);
});

of('open', async () => {
  await alice.do(`/open ${bob.username.slice(0, -2)}`);
  expect(alice.current?.kind).toBe('dm');
  await alice.do('/o hal');
  expect(alice.current).toBe(hall);
  expect(await alice.refused('/open Hell')).toContain('Did you mean “hall”?');
});

of('close', async () => {
  await alice.do('/close');
  expect([alice.current, alice.did.closed.at(-1)]).toEqual([undefined, hall.topic]);
  expect(await alice.refused('/close')).toStartWith('No conversation is open');
  await alice.do('/open Hall');
});

of('groups', async () => {
  const shown = await alice.shown('/groups');
  expect(shown).toMatch(/> \d+\. Hall \(group\)/);
  expect(shown).toContain(bob.username);
});

of('leave', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  await alice.do(`/add ${carol.username}`);
  await until(() => carol.client.conversation(hall.topic)?.joined, { what: 'the group at carol' });
  expect(await carol.shown('/leave Hall')).toBe('You have left Hall.');
  await until(() => !carol.client.conversation(hall.topic), { what: 'the group to go' });
  expect(await alice.refused('/leave')).toStartWith('You own this group.');
});

of('msg', async () => {
  await alice.do('/msg it "works" :tada:');
  await bob.holds('it "works" 🎉');
  await say(alice, bob, 'without a slash');
  await alice.do('//etc/hosts `:tada:`');
  await bob.holds('/etc/hosts `:tada:`');
});

of('me', async () => {
  await alice.do('/me waves');
  const message = await bob.holds('/me waves');
  expect(await bob.shown('/history 1')).toEndWith(`* ${alice.username} waves`);
  expect(message.sender_id).toBe(alice.client.me.id);
});

of('tell', async () => {
  await alice.do(`/tell Hall "told"`);
  await bob.holds('"told"', bob.client.conversation(hall.topic));
});

of('reply', async () => {
  const question = await say(alice, bob, 'who is there?');
  await say(alice, bob, 'anybody?');
  await bob.do('/reply -2 it is me');
  expect((await alice.holds('it is me')).reply_to).toBe(question.id);
  await bob.do(`/reply @${alice.username} to the last of alice`);
  expect((await alice.holds('to the last of alice')).reply_to).toBe((await alice.holds('anybody?')).id);
  await bob.do(`/reply "@${alice.username}" not a reference`);
  await alice.holds(`"@${alice.username}" not a reference`);
});

of('edit', async () => {
  const { id } = await say(alice, bob, 'a fisrt try');
  await say(bob, alice, 'of somebody else');
  await alice.do('/edit a first try');
  expect(await bob.holds('a first try')).toMatchObject({ id, edited_at: expect.any(String) });
  alice.answers.edited = 'as the editor left it\n';
  await alice.do('/edit');
  await bob.holds('as the editor left it');
  alice.answers.edited = undefined;
  const { seq } = await bob.holds('of somebody else');
  expect(await alice.run(`/edit #${seq} mine now`)).toMatchObject({ error: { code: 'forbidden' } });
});

of('delete', async () => {
  const { id } = await say(bob, alice, 'to be deleted');
  await say(alice, bob, 'of alice');
  await bob.do('/delete');
  await until(() => hall.messages.find((message) => message.id === id)?.deleted, { what: 'the tombstone' });
  const { seq } = await say(alice, bob, 'not by bob');
  expect(await bob.run(`/delete #${seq}`)).toMatchObject({ error: { code: 'forbidden' } });
});

of('react', async () => {
  const { id, seq } = await say(alice, bob, 'react to me');
  await bob.do(`/react #${seq} :tada:`);
  const reactions = () => hall.messages.find((message) => message.id === id)?.reactions;
  await until(() => reactions()?.length === 1, { what: 'the reaction' });
  expect(reactions()).toEqual([{ emoji: '🎉', count: 1, user_ids: [bob.client.me.id] }]);
  await until(() => bob.current?.messages.find((one) => one.id === id)?.reactions.length === 1, {
    what: 'the reaction at bob',
  });
  expect(await bob.do('/react 🎉')).toMatchObject({ on: false });
  await until(() => reactions()?.length === 0, { what: 'it to be taken back' });
  expect(await bob.refused('/react blub')).toContain('is no emoji');
});

of('forward', async () => {
  await say(alice, bob, 'pass this on');
  await bob.do(`/forward ${alice.username}`);
  const dm = alice.client.conversations.find(({ kind }) => kind === 'dm');
  await until(
    () =>
      dm?.messages.some((message) =>
        new RegExp(`^Forwarded from ${alice.username}, \\d\\d:\\d\\d:\n> pass this on$`).test(
          textIn(message) ?? '',
        ),
      ),
    { what: 'the copy' },
  );
});

of('copy', async () => {
  await say(bob, alice, 'copy this');
  await alice.do('/copy');
  expect(alice.did.copied.at(-1)).toBe('copy this');
});

of('url', async () => {
  await say(bob, alice, 'see https://example.org/a?b=c and https://example.com');
  await alice.do('/url');
  expect(alice.did.opened).toEqual(['https://example.org/a?b=c']);
});

of('compose', async () => {
  alice.answers.edited = 'one\ntwo\n\n';
  await alice.do('/compose');
  await bob.holds('one\ntwo');
  alice.answers.edited = '  \n';
  expect(await alice.refused('/compose')).toBe('Nothing was sent.');
  alice.answers.edited = undefined;
});

of('upload', async () => {
  expect(await alice.refused('/upload a file.pdf')).toStartWith('Files come with media');
});

of('resend', async () => {
  await setPosting('admins');
  expect(await bob.refused('by hand')).toBe('Only owners and admins may do this. You are user.');
  const { clientId, isRefused } = await attempt('refused, then sent');
  expect(isRefused).toBe(true);
  await setPosting('all');
  expect(await bob.do('/resend')).toMatchObject({ client_ids: [clientId] });
  await until(() => hall.messages.some(({ client_id }) => client_id === clientId), { what: 'the message' });
  await until(() => bob.current?.outbox.length === 0, { what: 'the outbox to be empty' });
  expect(await bob.refused('/resend')).toBe('Nothing was refused here.');
});

of('discard', async () => {
  await setPosting('admins');
  expect(await attempt('refused, then forgotten')).toMatchObject({ isRefused: true });
  const second = await attempt('refused as well');
  expect(await bob.do('/discard -1')).toMatchObject({ client_ids: [second.clientId] });
  expect(await bob.refused('/discard -2')).toContain('none of the 1 refused here');
  expect(await bob.shown('/discard')).toBe('Forgotten: 1.');
  expect(bob.current?.outbox).toEqual([]);
  await setPosting('all');
});

/** The rule is told in the log before it acts on every connection: this waits until it does. */
async function setPosting(who: 'all' | 'admins'): Promise<void> {
  await alice.do(`/group set who_can_post ${who}`);
  const rule = () => (bob.current?.about.kind === 'group' ? bob.current.about.who_can_post : undefined);
  await until(() => rule() === who, { what: 'the rule at bob' });
  await until(
    async () => {
      const { clientId, isRefused } = await attempt('may I?');
      await bob.current?.discard(clientId);
      return isRefused === (who === 'admins');
    },
    { what: 'the rule to act' },
  );
}

/** A send that asks the server, whatever the command would say. */
async function attempt(text: string): Promise<{ clientId: string; isRefused: boolean }> {
  const conversation = bob.current as Conversation;
  const { client_id } = await conversation.sendText(text);
  const entry = () => conversation.outbox.find((one) => one.client_id === client_id);
  await until(() => entry()?.state !== 'sending', { what: 'an answer' });
  return { clientId: client_id, isRefused: entry()?.state === 'failed' };
}

of('pin', async () => {
  const { seq } = await say(bob, alice, 'worth keeping');
  await alice.do('/pin');
  expect(await bob.shown('/pins')).toMatch(
    new RegExp(`^#${seq} .*worth keeping {2}pinned by ${alice.username}`),
  );
  expect(await bob.refused('/pin')).toBe('Only owners and admins may do this. You are user.');
});

of('unpin', async () => {
  await alice.do('/unpin');
  expect(await alice.shown('/pins')).toBe('Nothing is pinned here.');
  expect(await alice.refused('/unpin')).toBe('Nothing is pinned here.');
});

of('pins', async () => {
  await say(alice, bob, 'first pin');
  await alice.do('/pin');
  await say(alice, bob, 'second pin');
  await alice.do('/pin');
  expect((await bob.shown('/pins')).split('\n').map((line) => /(\w+ pin) {2}pinned/.exec(line)?.[1])).toEqual(
    ['second pin', 'first pin'],
  );
});

of('history', async () => {
  await say(alice, bob, 'the very last');
  expect(await bob.shown('/history 1')).toMatch(
    new RegExp(`^#\\d+ \\d\\d:\\d\\d ${alice.username}: the very last$`),
  );
  expect(await bob.refused('/history 0')).toContain('a whole number from 1 on');
  expect(await bob.refused('/history 100000')).toContain('At most 1000');
});

of('receipts', async () => {
  await say(alice, bob, 'have you read this?');
  await bob.do('/read');
  await until(async () => (await alice.shown('/receipts')).includes('read by 1'), { what: 'the read mark' });
  expect(await alice.shown('/receipts')).toContain(`  R ${bob.username}`);
});

of('read', async () => {
  await say(alice, bob, 'unread until it is read');
  expect(bob.current?.unread).toBe(1);
  expect(await bob.do('/read')).toMatchObject({ topic: hall.topic, read_seq: bob.current?.lastSeq });
  expect(bob.current?.unread).toBe(0);
});

of('search', async () => {
  const { seq } = await say(alice, bob, 'a needle in the hay');
  // The index follows the log a moment behind.
  await until(async () => (await bob.shown('/search needle')).startsWith(`#${seq} `), {
    what: 'it to be found',
  });
  expect(await bob.shown('/search needle -stack')).toBe(await bob.shown('/history 1'));
  expect(await bob.shown('/search nothing-like-it')).toBe('Nothing is found.');
});

of('search all', async () => {
  expect(await bob.shown('/search all needle')).toMatch(/^\[Hall\] #\d+ .*a needle in the hay$/);
});

of('find', async () => {
  await bob.do('/find hay');
  expect(bob.did.searched).toEqual(['hay']);
});

of('export', async () => {
  const { path, records } = await bob.do<{ path: string; records: number }>('/export Hall');
  expect(path).toMatch(/^\/home\/tpx-Hall-[\d-]+\.jsonl$/);
  const lines = [...bob.did.files.values()].at(-1)?.trimEnd().split('\n') ?? [];
  expect(lines).toHaveLength(records);
  const [head, ...messages] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(head).toMatchObject({ record: 'conversation', name: 'Hall' });
  expect(messages.map(({ seq }) => seq)).toEqual(hall.messages.map(({ seq }) => seq));
});

of('export account', async () => {
  await bob.do('/export account');
  const kinds = [...bob.did.files.values()]
    .at(-1)
    ?.trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { record: string }).record);
  expect(kinds?.[0]).toBe('user');
  expect(kinds?.filter((kind) => kind === 'conversation')).toHaveLength(bob.client.conversations.length);
});

of('verify', async () => {
  await say(alice, bob, 'to be verified');
  const verdict = await bob.do('/verify');
  expect(verdict).toMatchObject({ last_seq: bob.current?.lastSeq, differences: [] });
  expect(await bob.shown('/verify all')).toEndWith('No gap, and everything as the log has it.');
  expect(bob.did.progress.at(-1)).toMatch(/^\d+ events of the log read$/);
});

of('audit', async () => {
  const shown = await alice.shown('/audit');
  expect(shown).toMatch(/\d+ entries, the chain is whole\. Its last hash: [\da-f]{64}$/m);
  expect(shown).toContain(`${alice.username}: kick`);
  expect(await bob.refused('/audit')).toBe('Only owners and admins may do this. You are user.');
});

of('audit share', async () => {
  const { count, hash } = await alice.do<{ count: number; hash: string }>('/audit share');
  await bob.holds(`Audit log of this group: ${count} entries, last hash ${hash}`);
  expect(await alice.shown('/audit')).toContain(`Proven: entries 1 to ${count}`);
  expect(await bob.refused('/audit share')).toBe('Only owners and admins may do this. You are user.');
});

of('audit accept', async () => {
  const { count } = await alice.do<{ count: number }>('/audit accept');
  expect(alice.did.questions.at(-1)).toContain(`Take the ${count} entries as they are now`);
});

of('who', async () => {
  await until(async () => (await alice.shown('/who')).startsWith('2 in here, 2 online'), {
    what: 'both online',
  });
  expect(await alice.shown('/names')).toContain(`● ${alice.username} (owner)`);
});

of('whois', async () => {
  expect(await alice.shown(`/whois ${bob.username}`)).toContain(`PIN ${bob.client.me.pin}`);
  expect(await alice.shown('/whoami')).toContain(`(${alice.username})`);
});

of('block', async () => {
  expect(await alice.shown(`/block ${bob.username}`)).toContain('/unblock takes it back');
  expect(alice.client.me.blocked_users).toEqual([bob.client.me.id]);
});

test('TERM-29 a DM that is there already opens also while the server cannot answer', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  const { topic } = await carol.do<{ topic: string }>(`/dm ${bob.username}`);
  await carol.do('/group create Elsewhere');
  for (const code of ['rate_limited', 'unavailable'] as const) {
    carol.client.openDm = () => Promise.reject(new Refusal(code));
    await carol.do('/open Elsewhere');
    await carol.do(`/dm ${bob.username}`);
    expect([code, carol.current?.topic]).toEqual([code, topic]);
  }
  carol.client.openDm = () => Promise.reject(new Refusal('forbidden'));
  expect(await carol.run(`/dm ${bob.username}`)).toMatchObject({ error: { code: 'forbidden' } });
});

test('TERM-29 a DM with somebody who blocks still opens: what is written next does not go elsewhere', async () => {
  const { topic } = await bob.do<{ topic: string }>(`/dm ${alice.username}`);
  await bob.do('/group create "Somewhere else"');
  await alice.do(`/block ${bob.username}`);
  await bob.do(`/dm ${alice.username}`);
  expect(bob.current?.topic).toBe(topic);
  await alice.do(`/unblock ${bob.username}`);
});

of('blocked', async () => {
  expect(await alice.shown('/blocked')).toBe(bob.username);
});

of('unblock', async () => {
  await alice.do(`/unblock ${bob.username}`);
  expect(await alice.shown('/blocked')).toBe('Nobody.');
});

of('ping', async () => {
  const heard = new Promise<string>((resolve) => {
    bob.client.events.on('ping', ({ userId }) => resolve(userId));
  });
  expect(await alice.shown('/ping')).toBe('PING!!!');
  expect(await heard).toBe(alice.client.me.id);
});

of('group set', async () => {
  for (const [line, changed] of [
    ['name The hall', { name: 'The hall' }],
    ['description for all', { description: 'for all' }],
    ['retention 7d', { messages_retention: 604_800 }],
    ['retention forever', { messages_retention: null }],
    ['access open', { access: 'open' }],
    ['access invite', { access: 'invite' }],
    ['upload_max 50MB', { upload_max_bytes: 52_428_800 }],
    ['name Hall', { name: 'Hall' }],
  ] as const)
    expect(await alice.do(`/group set ${line}`)).toMatchObject({ group: changed });
  await until(
    () => [hall, bob.current].every((one) => one?.about.kind === 'group' && one.about.name === 'Hall'),
    {
      what: 'the old name at both',
    },
  );
  expect(await alice.refused('/group set retention soon')).toContain('30m, 12h');
  expect(await alice.refused('/group set nmae x')).toContain('Did you mean name?');
  expect(await bob.refused('/group set name Mine')).toBe('Only owners may do this. You are user.');
});

of('topic', async () => {
  expect(await alice.shown('/topic What we talk about')).toBe('Hall: What we talk about');
  await until(async () => (await bob.shown('/topic')) === 'Hall: What we talk about', {
    what: 'the topic at bob',
  });
  expect(await bob.refused('/topic Something else')).toBe('Only owners may do this. You are user.');
});

of('add', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  await alice.do(`/add ${carol.username}`);
  await until(() => carol.client.conversation(hall.topic), { what: 'the group at carol' });
  expect(await alice.refused(`/add ${carol.username}`)).toBe('This person is in the group already.');
  await alice.do(`/kick ${carol.username}`);
});

of('kick', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  await alice.do(`/add ${carol.username}`);
  await alice.do(`/kick ${carol.username} please read the topic`);
  await until(() => !carol.client.conversation(hall.topic), { what: 'the group to go' });
  expect(await alice.shown('/audit')).toContain('{"reason":"please read the topic"}');
  expect(await bob.refused(`/kick ${alice.username}`)).toBe(
    'Only owners and admins may do this. You are user.',
  );
});

of('ban', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  await alice.do(`/ban ${carol.username} spam`);
  expect(await alice.shown('/bans')).toBe(`${carol.username}, by ${alice.username}: spam`);
  await alice.do(`/unban ${carol.username}`);
});

of('unban', async () => {
  await using carol = await new TerminalPerson(server, 'carol').register();
  await alice.do(`/ban ${carol.username}`);
  await alice.do(`/unban ${carol.username}`);
  expect(await alice.shown('/bans')).toBe('Nobody is banned here.');
  expect(await alice.refused(`/unban ${carol.username}`)).toBe('This person is not banned.');
});

of('bans', async () => {
  expect(await alice.shown('/bans')).toBe('Nobody is banned here.');
  expect(await bob.refused('/bans')).toBe('Only owners and admins may do this. You are user.');
});

of('admin promote', async () => {
  expect(await alice.do(`/admin promote ${bob.username}`)).toMatchObject({
    group: { admins: [bob.client.me.id] },
  });
  await until(() => bob.current?.about.kind === 'group' && bob.current.about.role === 'admin', {
    what: 'the role at bob',
  });
  expect(await bob.shown('/bans')).toBe('Nobody is banned here.');
});

of('admin demote', async () => {
  expect(await alice.do(`/admin demote ${bob.username}`)).toMatchObject({ group: { admins: [] } });
  await until(() => bob.current?.about.kind === 'group' && bob.current.about.role === 'user', {
    what: 'the role at bob',
  });
});

of('group transfer', async () => {
  await bob.do('/group create To be given away');
  await bob.do(`/add ${alice.username}`);
  expect(await bob.do(`/group transfer ${alice.username}`)).toMatchObject({
    group: { owner_id: alice.client.me.id },
  });
});

of('group delete', async () => {
  await bob.do('/group create To be deleted');
  const topic = bob.current?.topic ?? '';
  expect(await bob.shown('/group delete')).toBe('To be deleted is deleted.');
  await until(() => !bob.client.conversation(topic), { what: 'the group to go' });
  await bob.do('/open Hall');
});

of('notify', async () => {
  expect(await bob.shown('/notify')).toBe('Hall: mentions (mentions and highlights ring).');
  expect(await bob.shown('/notify ALL')).toBe('Hall: all (every message rings).');
  expect(bob.preferences.notify).toEqual({ [hall.topic]: 'all' });
  expect(await bob.refused('/notify mentoins')).toContain('Did you mean mentions?');
});

of('mute', async () => {
  expect(await bob.shown('/mute')).toBe('Hall: mute (nothing rings).');
});

of('unmute', async () => {
  expect(await bob.shown('/unmute')).toBe('Hall: mentions (mentions and highlights ring).');
  expect(bob.preferences.notify).toEqual({});
});

of('highlight', async () => {
  expect(await bob.shown('/highlight')).toBe('Only your own name calls you.');
  expect(await bob.shown('/highlight /deploy(ed)?/i')).toBe(
    'Your own name calls you, and:\n  /deploy(ed)?/i',
  );
  expect(await bob.refused('/highlight /(a+)+$/')).toContain('could take very long');
});

of('highlight here', async () => {
  expect(await bob.shown('/highlight here needle')).toBe(
    'Your own name calls you, and:\n  /deploy(ed)?/i\n  needle  in Hall',
  );
});

of('highlight remove', async () => {
  expect(await bob.shown('/highlight remove /deploy(ed)?/i')).toBe(
    'Your own name calls you, and:\n  needle  in Hall',
  );
  await bob.do('/unhighlight needle');
  expect(await bob.refused('/highlight remove needle')).toBe('Nothing calls you by “needle”.');
});

of('ignore', async () => {
  expect(await bob.shown(`/ignore ${alice.username}`)).toBe(`Ignored here: ${alice.username}.`);
  expect(bob.preferences.ignored).toEqual([alice.client.me.id]);
});

of('unignore', async () => {
  expect(await bob.shown(`/unignore ${alice.username}`)).toBe(`${alice.username} is shown again.`);
  expect(await bob.shown('/ignore')).toBe('You ignore nobody.');
});

of('help', async () => {
  const ofBob = await bob.shown('/help');
  expect(ofBob).toContain('/dm <user> [text]');
  expect(ofBob).not.toContain('/ban <user>');
  expect(await bob.shown('/help all')).toContain('/ban <user>');
  expect(await alice.shown('/help')).toContain('/ban <user>');
  expect(await bob.shown('/help group create')).toStartWith('/group create <name>\nMake a group');
  expect(await bob.refused('/help gruop create')).toContain('/group create');
});

of('lag', async () => {
  await alice.do('to have sent something');
  await until(() => alice.client.sendTimes.count > 0, { what: 'a send' });
  expect(await alice.shown('/lag')).toMatch(
    /^To the server and back: \d+ ms .*\nYour last \d+ messages: .* \(p95\)\.$/,
  );
});

of('theme', async () => {
  expect(await bob.shown('/theme terminal-light')).toBe(
    '  terminal-dark\n> terminal-light\n  high-contrast\n  monochrome',
  );
  expect(bob.preferences.theme).toBe('terminal-light');
  expect(await bob.refused('/theme pink')).toContain('There is no theme “pink”');
});

of('keys', async () => {
  const shown = await bob.shown('/keys halloy');
  expect(shown).toStartWith('Keys as in halloy\n');
  expect(shown).toMatch(/^ *Ctrl\+q +Quit$/m);
  expect(shown).toContain('While a message is picked out');
  expect(bob.preferences.keys).toBe('halloy');
});

of('bind', async () => {
  expect(await bob.shown('/bind ctrl+g switcher')).toBe('ctrl+g does switcher now.');
  expect(bob.preferences.bindings).toEqual({ 'ctrl+g': 'switcher' });
  expect(await bob.refused('/bind ctrl+g switch')).toContain('is none of');
  expect(await bob.refused('/bind hyper+g switcher')).toContain('is no key');
});

of('unbind', async () => {
  expect(await bob.shown('/unbind ctrl+g')).toBe('ctrl+g does what the preset says now.');
  expect(await bob.shown('/unbind ctrl+k')).toBe('ctrl+k does nothing now.');
  expect(bob.preferences.bindings).toEqual({ 'ctrl+k': false });
});

for (const [name, preference] of [
  ['nicks', 'showNicks'],
  ['milliseconds', 'showMilliseconds'],
  ['mouse', 'mouse'],
  ['bell', 'bell'],
] as const)
  of(name, async () => {
    const before = bob.preferences[preference];
    await bob.do(`/${name}`);
    expect(bob.preferences[preference]).toBe(!before);
    expect(await bob.shown(`/${name} off`)).toEndWith(': off.');
    expect(bob.preferences[preference]).toBe(false);
  });

of('clear', async () => {
  await bob.do('/clear');
  expect(bob.did.cleared).toBe(1);
});

of('quit', async () => {
  await bob.do('/quit');
  expect([bob.did.quit, bob.client.isSignedIn]).toEqual([1, true]);
});

/** What a command has to keep besides being one. */
const RULES: Readonly<Record<string, string>> = {
  dm: 'TERM-14',
  open: 'TERM-14',
  reply: 'TERM-15',
  edit: 'TERM-15',
  me: 'TERM-19',
  msg: 'TERM-20',
  react: 'TERM-20',
  forward: 'TERM-21',
  verify: 'TERM-25',
  audit: 'TERM-26',
  'audit share': 'TERM-26',
  'audit accept': 'TERM-26',
  export: 'TERM-27',
  lag: 'TERM-28',
};

describe('TERM-12 the commands, as two people type them', () => {
  for (const [name, run] of tested) test(`${RULES[name] ?? 'TERM-12'} /${name}`, run, 30_000);

  test('TERM-12 every command of the table is typed above, and nothing else', () => {
    expect([...tested.keys()].toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
  });
});

describe('TERM-17 what is wrong', () => {
  test('TERM-17 a mistake is a sentence that points at the word', async () => {
    const result = await bob.run('/grup set name x');
    expect(result).toMatchObject({ ok: false, error: { code: 'usage', start: 0, end: 5 } });
    expect(textOf(result.lines)).toBe(
      'There is no command /grup. Did you mean /group set <setting> <value>? /help lists them all.\n/grup\n^^^^^',
    );
  });

  test('TERM-17 a script is answered by name, with the refusal’s code', async () => {
    expect(await runNamed(bob.context, 'ban', { user: alice.username })).toMatchObject({
      ok: false,
      command: 'ban',
      error: { code: 'forbidden' },
    });
    expect(await runNamed(bob.context, 'history', { n: 1 })).toMatchObject({
      ok: true,
      data: { topic: hall.topic },
    });
    expect(await runNamed(bob.context, 'dm', { usr: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'usage' },
    });
  });
});

test('TERM-29 a command acts on what was open when it was entered', async () => {
  const { id } = await say(bob, alice, 'meant for the hall');
  const running = alice.run(`/reply @${bob.username} answered in the hall`);
  await alice.do(`/open ${bob.username}`);
  expect(await running).toMatchObject({ ok: true, data: { topic: hall.topic, reply_to: id } });
  await bob.holds('answered in the hall');
  await alice.do('/open Hall');
});

test('TERM-25 last of all: it is still whole', async () => {
  for (const person of [alice, bob])
    expect(await person.do('/verify all')).toMatchObject({ differences: [] });
});
