import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Client, MemoryStorage } from '@tpx/sdk';
import {
  createDm,
  createGroup,
  createPerson,
  type Person,
  startServer,
  TEST_PASSWORD,
  type TestServer,
  until,
} from '@tpx/testkit';
import { type CliHome, cliHome } from './cli.fixture.ts';
import { online } from './sdk.fixture.ts';
import { hasTmux, type Pane, signedIn, Tmux } from './terminal.fixture.ts';

/** As many different ones as a message can have; ten people give all of them. */
const EMOJI = Array.from({ length: 50 }, (_, at) => String.fromCodePoint(0x1f600 + at));
const REACTING = 10;

/** In the status row; a narrow one has no words to spare. */
const ONLINE = /online|\bws\b/;

let server: TestServer;
let home: CliHome;
let tmux: Tmux;
let ann: Person;
let eve: Person;
let groupId: string;
let dmId: string;

/** What others may write to break a screen. None of it may act, and none of it may leave its place. */
const HOSTILE: [text: string, shown: RegExp][] = [
  [
    'clear \u001b[2J\u001b[H title \u001b]2;pwned\u0007 paste \u001b]52;c;cHduZWQ=\u0007 c1 \u009b31m end1',
    /end1/,
  ],
  ['bidi \u202egnp.exe\u202c \u2066isolate\u2069 \u200fmark end2', /end2/],
  ['joiners 👩‍👩‍👧‍👦 a\u200d\u200d\u200d\u200db 🏴‍☠️ e\u0301\u0301\u0301\u0301\u0301\u0301 end3', /end3/],
  ['12:03 ann │ forged\n09:00 bob │ forged too end4', /end4/],
  [`${'\u0301'.repeat(2_000)} end5`, /end5/],
  [`${'a'.repeat(7_990)} end6`, /\d+ more rows/],
  [`${'日'.repeat(3_000)} end7`, /日.*\n(.*\n)*.*\d+ more rows/],
];

beforeAll(async () => {
  if (!hasTmux) return;
  home = await cliHome();
  tmux = new Tmux('screens', home);
  server = await startServer({ env: { TPX_RATE_LIMITS: 'off' } });
  [ann, eve] = await Promise.all([signedIn(home, server, 'ann'), createPerson(server, 'eve')]);
  groupId = (await createGroup(ann, [eve], 'Harbour')).id;
  dmId = (await createDm(ann, eve)).id;
}, 90_000);
afterAll(async () => {
  await tmux?.[Symbol.asyncDispose]();
  await Promise.all([server?.[Symbol.asyncDispose](), home?.[Symbol.asyncDispose]()]);
}, 60_000);

async function say(from: Person, where: object, text: string): Promise<string> {
  const body = { ...where, type: 'text', content: { text } };
  const { status, body: answer } = await from.api.call<{ message: { id: string } }>(
    'POST',
    '/messages/send',
    body,
  );
  expect(status).toBe(201);
  return answer.message.id;
}

/** Turns to a tab by some letters of its name. */
async function turnTo(pane: Pane, letters: string, expected: RegExp): Promise<void> {
  await pane.shows(ONLINE);
  await pane.triple(/›/, `<C-k>${letters}`, 'go to:');
  await pane.triple('go to:', '<Enter>', ({ text }) => text.includes('›') && expected.test(text));
}

async function deviceOf({ username }: Person): Promise<Client> {
  const device = new Client({ serverUrl: server.url, storage: new MemoryStorage() });
  await device.login({ username, password: TEST_PASSWORD });
  await online(device);
  return device;
}

async function leave(pane: Pane): Promise<void> {
  await pane.press('<C-q>');
  await pane.shows((screen) => !ONLINE.test(screen.text));
}

/** The frame around the messages is where it belongs: tabs above, input and status below, nothing doubled. */
async function expectWhole(pane: Pane, columns: number, rows: number): Promise<void> {
  const screen = await pane.screen();
  expect(screen.rows).toHaveLength(rows);
  for (const row of screen.rows) expect(Bun.stringWidth(row)).toBeLessThanOrEqual(columns);
  expect(screen.rows[0]).toMatch(/^ 1 /);
  expect(screen.rows.at(-1)).toMatch(ONLINE);
  expect(screen.rows.at(-2)).toStartWith('›');
  expect(screen.text.match(new RegExp(ONLINE, 'g'))).toHaveLength(1);
}

describe.skipIf(!hasTmux)('TERM-95 every size, with and without colours', () => {
  test.each([40, 80, 120, 200])('TERM-95 %d columns', async (columns) => {
    await say(eve, { group_id: groupId }, `at ${columns}: ${'a word or two '.repeat(12)}and the end`);
    const pane = await tmux.open(['-P', 'ann'], { columns, rows: 24 });
    await turnTo(pane, 'harb', /the end/);
    await expectWhole(pane, columns, 24);
    await leave(pane);
  });

  test.each([[{ NO_COLOR: '1' }], [{ TERM: 'vt220' }]])(
    'TERM-95 %j shows no colour, and who is who all the same',
    async (env) => {
      const pane = await tmux.open(['-P', 'ann'], { columns: 80, rows: 24, env });
      await pane.shows(ONLINE);
      await pane.press('<C-k>harb<Enter>');
      await pane.shows(/the end/);
      expect(await pane.styled()).not.toMatch(/\u001b\[[\d;]*\b(3[0-8]|4[0-8]|9\d|10\d)\b[\d;]*m/);
      await leave(pane);
    },
  );

  test('TERM-76 a terminal of true colours gets them', async () => {
    const pane = await tmux.open(['-P', 'ann'], { env: { COLORTERM: 'truecolor' } });
    await pane.shows(ONLINE);
    expect(await pane.styled()).toMatch(/\u001b\[[\d;]*(38;2;|38;5;)/);
    await leave(pane);
  });
});

describe.skipIf(!hasTmux)('TERM-96 hostile input', () => {
  test('TERM-96 names and messages of others do nothing to the screen', async () => {
    await eve.api.call('PATCH', '/users/me', { display_name: 'eve\u001b[31m\u202e\u200d\u200d' });
    const pane = await tmux.open(['-P', 'ann'], { columns: 80, rows: 24 });
    await turnTo(pane, eve.username.slice(0, 6), /eve/);
    for (const [text, shown] of HOSTILE) {
      await say(eve, { dm_id: dmId }, text);
      await pane.shows(shown);
      await expectWhole(pane, 80, 24);
    }
    const screen = await pane.screen();
    expect(screen.rows.some((row) => /^(12:03|09:00)/.test(row))).toBe(false);
    expect(await pane.ask('pane_title')).not.toContain('pwned');
    await leave(pane);
  });

  test('TERM-96 five hundred reactions to one message stay in their place', async () => {
    const crowd = await Promise.all(
      Array.from({ length: REACTING }, (_, at) => createPerson(server, `p${at}`)),
    );
    const { id: roomId } = await createGroup(ann, [eve, ...crowd], 'Crowd');
    const id = await say(eve, { group_id: roomId }, 'react to this');
    await Promise.all(
      crowd.map(async (person) => {
        const device = await deviceOf(person);
        const conversation = await until(() => device.conversation(`group:${roomId}`), { what: 'the group' });
        await conversation.ready();
        await Promise.all(EMOJI.map((emoji) => conversation.react(id, emoji)));
        await device.close();
      }),
    );
    const pane = await tmux.open(['-P', 'ann'], { columns: 80, rows: 24 });
    await turnTo(pane, 'crowd', /react to this.*\n.* 10 .*\+45/);
    await expectWhole(pane, 80, 24);
    await leave(pane);
  });
});

describe.skipIf(!hasTmux)('TERM-87 offline', () => {
  test('TERM-87 without a server it shows what it had, keeps what is written, and delivers it once', async () => {
    await say(eve, { group_id: groupId }, 'before the storm');
    const first = await tmux.open(['-P', 'ann']);
    await turnTo(first, 'harb', /before the storm/);
    await leave(first);

    await server.kill();
    const pane = await tmux.open(['-P', 'ann']);
    await pane.shows(/before the storm[\s\S]*no connection/);
    await pane.triple(/›\s*\n/, 'written in the dark<Enter>', /written in the dark {2}(sending|…|kept)/);
    await server.start();
    await pane.shows(/written in the dark {2}(sent|D|R)/, 20_000);
    const { body } = await eve.api.call<{ messages: { content: { text?: string } | null }[] }>(
      'GET',
      `/groups/${groupId}/messages?limit=50`,
    );
    expect(body.messages.filter(({ content }) => content?.text === 'written in the dark')).toHaveLength(1);
    await leave(pane);
  }, 60_000);
});
