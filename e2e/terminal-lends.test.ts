import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  createDm,
  createGroup,
  createPerson,
  type Person,
  startServer,
  type TestServer,
  until,
} from '@tpx/testkit';
import { type CliHome, cliHome } from './cli.fixture.ts';
import { hasTmux, type Pane, signedIn, Tmux } from './terminal.fixture.ts';

let server: TestServer;
let home: CliHome;
let tmux: Tmux;
let bob: Person;
let pane: Pane;
let dmId: string;

beforeAll(async () => {
  if (!hasTmux) return;
  home = await cliHome();
  tmux = new Tmux('lends', home);
  server = await startServer();
  const [ann, other] = await Promise.all([signedIn(home, server, 'ann'), createPerson(server, 'bob')]);
  bob = other;
  dmId = (await createDm(ann, bob)).id;
  const { id } = await createGroup(ann, [bob], 'Harbour');
  for (let line = 1; line <= 60; line++) await say({ group_id: id }, `line ${line} of the past`);
  pane = await tmux.open(['-P', 'ann'], { columns: 100, rows: 24 });
}, 90_000);
afterAll(async () => {
  await tmux?.[Symbol.asyncDispose]();
  await Promise.all([server?.[Symbol.asyncDispose](), home?.[Symbol.asyncDispose]()]);
}, 60_000);

async function say(where: object, text: string): Promise<void> {
  const sent = { ...where, type: 'text', content: { text } };
  expect((await bob.api.call('POST', '/messages/send', sent)).status).toBe(201);
}

describe.skipIf(!hasTmux)('TERM-79 what goes to the terminal itself, byte for byte', () => {
  test('TERM-79 being told is OSC 9 with a bell, and without one where it is switched off', async () => {
    await pane.shows(({ text }) => text.includes('online') && text.includes(bob.username));
    await pane.triple('status', '<M-1>', '/help lists the commands');
    const written = await pane.record();
    await say({ dm_id: dmId }, 'ahoy there');
    const told = `\u001b]9;${bob.username}: ahoy there\u001b\\\u0007`;
    await until(async () => (await written()).includes(told), { what: 'OSC 9 and the bell' });

    await pane.triple(/\n›\s*\n/, '/bell off<Enter>', 'The bell: off.');
    await say({ dm_id: dmId }, 'and again');
    await pane.shows(/bob-\w+ 2/);
    // One picture later than the message: what would have rung has.
    expect((await written()).split('\u001b]9;')).toHaveLength(2);
    await pane.triple(/\n›\s*\n/, '/bell on<Enter>', 'The bell: on.');
  });

  test('TERM-79 what others write cannot be more than the text of what is told', async () => {
    const written = await pane.record();
    await say({ dm_id: dmId }, 'x\u001b\\\u001b]52;c;ZXZpbA==\u0007y\u009cz');
    const told = await until(async () => /\u001b\]9;(.*?)\u001b\\/s.exec(await written())?.[1], {
      what: 'OSC 9',
    });
    expect(told).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(await written()).not.toContain('\u001b]52');
  });

  test('TERM-79 copying is OSC 52 with the text in base64', async () => {
    await pane.triple(/\n›\s*\n/, `/open ${bob.username}<Enter>`, 'and again');
    await say({ dm_id: dmId }, 'grüße, 你好');
    await pane.shows('grüße, 你好');
    const written = await pane.record();
    await pane.press('/copy<Enter>');
    const copied = `\u001b]52;c;${Buffer.from('grüße, 你好').toString('base64')}\u001b\\`;
    await until(async () => (await written()).includes(copied), { what: 'OSC 52' });
  });
});

describe.skipIf(!hasTmux)('TERM-73 the mouse, in a real terminal', () => {
  test('TERM-73 a press on a tab turns to it, the wheel scrolls, a press on a message picks it out', async () => {
    await pane.shows('grüße, 你好');
    await pane.click('Harbour');
    await pane.shows('line 60 of the past');
    await pane.wheel('up');
    await pane.shows(({ text }) => !text.includes('line 60 of') && text.includes('line 57 of'));
    await pane.wheel('down');
    await pane.shows('line 60 of the past');
    // On its time: its text may be a link.
    await pane.click(/\d\d:\d\d(?=.*line 59 of)/.exec((await pane.screen()).text)?.[0] ?? '');
    await pane.shows('Esc back');
  });
});
