import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Conversation } from '@tpx/sdk';
import { COMMANDS, Completer, type Completion } from '@tpx/terminal';
import { startServer, type TestServer, until } from '@tpx/testkit';
import { TerminalPerson } from './terminal-person.fixture.ts';

let server: TestServer;
/** The owner, an admin, a user; a stranger, and somebody who is banned. */
let owner: TerminalPerson;
let admin: TerminalPerson;
let user: TerminalPerson;
let stranger: TerminalPerson;
let banned: TerminalPerson;
const everybody = () => [owner, admin, user, stranger, banned];

beforeAll(async () => {
  server = await startServer();
  [owner, admin, user, stranger, banned] = (await Promise.all(
    ['owner', 'admin', 'user', 'stranger', 'banned'].map((name) =>
      new TerminalPerson(server, name).register(),
    ),
  )) as [TerminalPerson, TerminalPerson, TerminalPerson, TerminalPerson, TerminalPerson];
  await owner.do('/group create The long room');
  for (const person of [admin, user, banned]) await owner.do(`/add ${person.username}`);
  await owner.do(`/admin promote ${admin.username}`);
  await owner.do(`/ban ${banned.username}`);
  const { topic } = owner.current as Conversation;
  for (const person of [admin, user]) {
    await until(() => person.client.conversation(topic)?.joined, { what: `the group at ${person.username}` });
    await person.do('/open The long room');
    for (const other of everybody()) await person.client.people.find(other.username);
  }
  for (const other of everybody()) await owner.client.people.find(other.username);
  await until(() => roleOf(admin) === 'admin', { what: 'the role at the admin' });
}, 90_000);
afterAll(async () => {
  await Promise.all(everybody().map((person) => person[Symbol.asyncDispose]()));
  await server[Symbol.asyncDispose]();
}, 60_000);

const roleOf = ({ current }: TerminalPerson) =>
  current?.about.kind === 'group' ? current.about.role : undefined;

/** All that Tab offers in the end; `|` is the cursor. */
async function offers(person: TerminalPerson, marked: string): Promise<string[]> {
  const completer = new Completer(person.context, COMMANDS);
  const cursor = marked.indexOf('|');
  let last: Completion | undefined;
  await new Promise<void>((resolve) => {
    completer.ask(marked.replace('|', ''), cursor, (completion, isComplete) => {
      last = completion;
      if (isComplete) resolve();
    });
  });
  return last?.candidates.map(({ text }) => text) ?? [];
}
/** The same for people, by the names that this file knows them by. */
async function people(person: TerminalPerson, marked: string): Promise<string[]> {
  const texts = await offers(person, marked);
  return texts.map((text) => text.replace(/^@/, '').split('-')[0] ?? '').toSorted();
}

describe('TERM-16 what a role may not do is neither offered nor completed', () => {
  test('TERM-16 commands: each role has its own', async () => {
    const staff = ['/ki|', '/ba|', '/unba|', '/inv|', '/au|'];
    const offered = async (person: TerminalPerson) =>
      (await Promise.all(staff.map((line) => offers(person, line)))).map(([first]) => first);
    expect(await offered(owner)).toEqual(['kick', 'back', 'unban', 'invite', 'audit']);
    expect(await offered(admin)).toEqual(['kick', 'back', 'unban', 'invite', 'audit']);
    expect(await offered(user)).toEqual([undefined, 'back', undefined, undefined, undefined]);
    expect(await offers(admin, '/admin |')).toEqual([]);
    expect(await offers(owner, '/admin |')).toEqual(['admin promote', 'admin demote']);
    expect(await offers(user, '/group |')).toEqual(['group create']);
    expect(await offers(user, '/kick |')).toEqual([]);
  });

  test('TERM-16 people: only those whom the right reaches', async () => {
    expect(await people(owner, '/kick |')).toEqual(['admin', 'user']);
    expect(await people(admin, '/kick |')).toEqual(['user']);
    expect(await people(owner, '/ban |')).toEqual(['admin', 'stranger', 'user']);
    expect(await people(admin, '/ban |')).toEqual(['stranger', 'user']);
    expect(await people(owner, '/unban |')).toEqual(['banned']);
    expect(await people(owner, '/add |')).toEqual(['stranger']);
    expect(await people(owner, '/admin promote |')).toEqual(['user']);
    expect(await people(owner, '/admin demote |')).toEqual(['admin']);
    expect(await people(owner, '/dm |')).toEqual(['admin', 'banned', 'stranger', 'user']);
  });

  test('TERM-16 signed out there is what begins an account, and what needs none', async () => {
    await using nobody = new TerminalPerson(server, 'nobody');
    expect(await offers(nobody, '/lo|')).toEqual(['login']);
    expect(await offers(nobody, '/d|')).toEqual([]);
    expect(await nobody.refused('/dm x')).toStartWith('You are not signed in');
  });
});

describe('TERM-24 completion', () => {
  test('TERM-24 names at the beginning of a line, mentions anywhere', async () => {
    expect(await offers(user, 'ow|')).toEqual([`${owner.username}:`]);
    expect(await offers(user, 'hello ow|')).toEqual([owner.username]);
    expect(await people(user, 'hello @|')).toEqual(['admin', 'owner']);
    expect(await offers(user, `/me hugs @ow|`)).toEqual([`@${owner.username}`]);
    expect(await offers(user, 'hello |')).toEqual([]);
  });

  test('TERM-24 emoji, conversations, choices, themes, paths', async () => {
    expect((await offers(user, 'so :smil|'))[0]).toBe('😄');
    expect((await offers(user, '/react :tada|'))[0]).toBe('🎉');
    expect(await offers(user, '/tell "The l|')).toEqual(['"The long room"']);
    expect(await offers(user, '/open lo|')).toEqual(['The long room']);
    expect(await offers(owner, '/group set who|')).toEqual(['who_can_post']);
    expect(await offers(owner, '/group set access |')).toEqual(['open', 'invite']);
    expect(await offers(user, '/theme light|')).toEqual(['terminal-light']);
    expect(await offers(user, '/notify m|')).toEqual(['mute', 'mentions']);
    expect(await offers(user, '/upload ph|')).toEqual(['photos/']);
    expect(await offers(user, '/help highlight |')).toEqual(['highlight here', 'highlight remove']);
    expect(await offers(user, '/help highlight|')).toEqual([
      'highlight',
      'highlight here',
      'highlight remove',
    ]);
  });

  test('TERM-24 messages by reference', async () => {
    await user.do('said to be found');
    const { seq } = await user.holds('said to be found');
    expect((await offers(user, '/delete |'))[0]).toBe(`#${seq}`);
    expect(await offers(user, '/reply #|')).toContain(`#${seq}`);
  });

  test('TERM-24 the sessions of other devices, asked for', async () => {
    await using other = new TerminalPerson(server, 'other');
    await other.do(`/login ${user.username}`);
    const { sessions } = await user.client.rest.auth.sessions();
    const id = sessions.find(({ current }) => !current)?.id.slice(-8);
    expect(await offers(user, '/sessions end |')).toEqual([id as string]);
  });

  test('TERM-24 an answer that comes after the line has changed is not shown', async () => {
    const completer = new Completer(owner.context, COMMANDS);
    const shown: string[] = [];
    completer.ask('/unban ', 7, () => shown.push('first'));
    await new Promise<void>((resolve) => {
      completer.ask('/add ', 5, (_, isComplete) => {
        shown.push('second');
        if (isComplete) resolve();
      });
    });
    completer.ask('/kick ', 6, () => shown.push('third'));
    completer.cancel();
    await owner.client.rest.users.me();
    expect(shown).toEqual(['first', 'second', 'second', 'third']);
  });
});
