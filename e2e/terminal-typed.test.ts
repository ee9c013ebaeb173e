import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  createGroup,
  createPerson,
  type Person,
  startServer,
  TEST_PASSWORD,
  type TestServer,
} from '@tpx/testkit';
import { type CliHome, cliHome } from './cli.fixture.ts';
import { hasTmux, type Pane, type Screen, Tmux } from './terminal.fixture.ts';

let server: TestServer;
let home: CliHome;
let tmux: Tmux;
let bob: Person;
let cid: Person;
let pane: Pane;
const ann = `ann-${crypto.randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  if (!hasTmux) return;
  home = await cliHome();
  tmux = new Tmux('typed', home);
  server = await startServer();
  [bob, cid] = await Promise.all([createPerson(server, 'bob'), createPerson(server, 'cid')]);
  pane = await tmux.open(['--server', server.url, '-P', 'ann'], { columns: 110, rows: 40 });
}, 90_000);
afterAll(async () => {
  await tmux?.[Symbol.asyncDispose]();
  await Promise.all([server?.[Symbol.asyncDispose](), home?.[Symbol.asyncDispose]()]);
}, 60_000);

const WRONG = /The username or the password is wrong\./g;

async function annsId(): Promise<string> {
  return (await bob.api.call<{ user: { id: string } }>('GET', `/users/${ann}`)).body.user.id;
}

/** A command and what the screen shows then, which it did not show before. */
type Typed = [line: string, after: string | RegExp];

async function typeEach(commands: readonly Typed[]): Promise<void> {
  for (const [line, after] of commands) {
    const isThere = ({ text }: Screen) =>
      typeof after === 'string' ? text.includes(after) : after.test(text);
    const before = await pane.shows(/\n›\s*\n/);
    expect({ line, isThere: isThere(before) }).toEqual({ line, isThere: false });
    await pane.press(`${line}<Enter>`);
    await pane.shows(isThere).catch((error: unknown) => {
      throw new Error(`${line}: ${(error as Error).message}`);
    });
  }
}

describe.skipIf(!hasTmux)('TERM-94 every command, typed and looked at', () => {
  test('TERM-94 register asks for the password without showing it', async () => {
    await pane.triple('Not signed in', `/register ${ann}<Enter>`, 'password (at least');
    const screen = await pane.triple('password (at least', TEST_PASSWORD, /password \(at least/);
    expect(screen.text).not.toContain(TEST_PASSWORD);
    await pane.triple('password (at least', '<Enter>', 'password (once more');
    await pane.triple('password (once more', `${TEST_PASSWORD}<Enter>`, 'Your PIN is');
    await pane.shows(`${ann} online`);
  });

  test('TERM-94 account: profile, status, sessions, who is who, what is chosen', async () => {
    await typeEach([
      ['/help', '/export account'],
      [`/whois ${bob.username}`, bob.user.pin ?? ''],
      ['/status custom at sea', /at sea/],
      ['/sessions', 'terminal on'],
      ['/theme', 'terminal-light'],
      ['/keys', /^Enter +Send the line/m],
      ['/ignore', /[Nn]obody|ignored/],
      ['/lag', /ms/],
      ['/profile set-photo a.png', /media/],
    ]);
  });

  test('TERM-94 conversations: a DM, messages and what is done to them', async () => {
    await pane.press(`/dm ${bob.username}<Enter>`);
    await pane.shows(new RegExp(`^ ${bob.username}`, 'm'));
    const { body } = await bob.api.call<{ dm: { id: string } }>('POST', '/dms', { user_id: await annsId() });
    const sent = { dm_id: body.dm.id, type: 'text', content: { text: 'ahoy' } };
    expect((await bob.api.call('POST', '/messages/send', sent)).status).toBe(201);
    await pane.shows('ahoy');
    await typeEach([
      ['hello bob', /hello bob {2}sent/],
      ['/msg by its name', /by its name {2}sent/],
      ['//slashed', /\/slashed {2}sent/],
      ['/me waves', `${ann} waves`],
      ['/reply to myself', /to myself/],
      ['/react -1 :heart:', '❤️'],
      ['/edit to nobody', /to nobody \(edited\)/],
      ['/delete', '(deleted)'],
      ['/upload a.png', /media/],
      [`/block ${bob.username}`, /is blocked/],
      ['/blocked', new RegExp(`^${bob.username}$`, 'm')],
      [`/unblock ${bob.username}`, /not blocked any more/],
      ['/receipts', /delivered to 0 of 1/],
      ['/search by its name', /#\d+ .*by its name/],
      ['/mute', /mute/],
      ['/notify all', /all/],
      ['/highlight harbour', /harbour/],
      ['/verify', /No gap/],
      ['/query nobody-at-all', /no (such )?user|not found|nobody/i],
    ]);
  });

  test('TERM-94 groups: members, roles, bans, the audit log', async () => {
    await typeEach([
      ['/group create The Harbour', /^ The Harbour/m],
      [`/add ${bob.username}`, /2 members/],
      [`/add ${cid.username}`, /3 members/],
      ['/who', /3 in here/],
      ['/topic Where ships are', /Where ships are/],
      ['/group set who_can_post admins', /who.can.post/],
      [`/admin promote ${bob.username}`, /an admin/],
      [`/admin demote ${bob.username}`, /no longer an admin/],
      [`/kick ${cid.username}`, /removed/],
      [`/ban ${bob.username} for noise`, /banned/],
      [`/unban ${bob.username}`, /lifted|no longer banned/],
      ['/invite', /ome in with: /],
      ['/audit', /chain|hash/],
      ['/pin -1', /[Pp]in/],
      ['/ping', /PING|ping/],
      ['/export', /\.(jsonl?|txt)/],
    ]);
  });

  test('TERM-94 in and out of a group: join and leave', async () => {
    const { id } = await createGroup(bob, [], 'The Pier');
    const { body } = await bob.api.call<{ invite: { code: string } }>('POST', `/groups/${id}/invites`, {});
    await pane.press(`/join ${id}/${body.invite.code}<Enter>`);
    await pane.shows(/^ The Pier.*2 members/m);
    await pane.press('/leave<Enter>');
    await pane.shows(
      ({ text }) => text.includes('You are no longer in The Pier.') && !/^ The Pier/m.test(text),
    );
  });

  test('TERM-94 in and out of the account: logout, login, delete-account', async () => {
    await pane.press('/logout<Enter>');
    await pane.shows('Signed out. What was kept on this device is gone.');
    expect((await pane.screen()).text).not.toContain('Harbour');
    await pane.triple(/\n›\s*\n/, `/login ${ann}<Enter>`, 'password:');
    await pane.press('not the password<Enter>');
    await pane.shows(({ text }) => text.match(WRONG)?.length === 1);
    const screen = await pane.triple('password:', `${TEST_PASSWORD}<Enter>`, `Signed in as ${ann}`);
    expect(screen.text).not.toContain(TEST_PASSWORD);
    await pane.shows(/The Harbour/);

    await pane.triple(/\n›\s*\n/, '/delete-account<Enter>', 'password:');
    await pane.triple('password:', `${TEST_PASSWORD}<Enter>`, 'for ever?');
    await pane.triple('for ever?', 'y', `The account ${ann} is deleted.`);
    await pane.triple(/\n›\s*\n/, `/login ${ann}<Enter>`, 'password:');
    await pane.press(`${TEST_PASSWORD}<Enter>`);
    await pane.shows(({ text }) => text.match(WRONG)?.length === 2);
  });
});
