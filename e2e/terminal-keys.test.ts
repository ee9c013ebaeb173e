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
import { hasTmux, type Pane, type Screen, signedIn, Tmux } from './terminal.fixture.ts';

let server: TestServer;
let home: CliHome;
let tmux: Tmux;
let ann: Person;
let bob: Person;
let pane: Pane;
let groupId: string;
let dmId: string;

beforeAll(async () => {
  if (!hasTmux) return;
  home = await cliHome();
  tmux = new Tmux('keys', home);
  server = await startServer();
  [ann, bob] = await Promise.all([signedIn(home, server, 'ann'), createPerson(server, 'bob')]);
  groupId = (await createGroup(ann, [bob], 'Harbour')).id;
  dmId = (await createDm(ann, bob)).id;
  for (let line = 1; line <= 60; line++) await say({ group_id: groupId }, `line ${line} of the past`);
  await say({ dm_id: dmId }, 'psst');
  pane = await tmux.open(['-P', 'ann'], { columns: 100, rows: 24 });
}, 90_000);
afterAll(async () => {
  await tmux?.[Symbol.asyncDispose]();
  await Promise.all([server?.[Symbol.asyncDispose](), home?.[Symbol.asyncDispose]()]);
}, 60_000);

async function say(where: object, text: string): Promise<void> {
  const { status } = await bob.api.call('POST', '/messages/send', {
    ...where,
    type: 'text',
    content: { text },
  });
  expect(status).toBe(201);
}

/** What stands in the input line. */
const input = (screen: Screen) => screen.rows.findLast((row) => row.startsWith('›'))?.slice(2);
const typed = (text: string) => (screen: Screen) => input(screen) === text;
/** Whether a message shows how long it took; the last row has the connection's own figure. */
const timed = ({ rows }: Screen) => rows.slice(0, -1).some((row) => /\d ms\b/.test(row));

describe.skipIf(!hasTmux)('TERM-88 keys, typed and looked at', () => {
  test('TERM-88 Alt+number, Ctrl+n, Ctrl+p, Alt+a: tabs', async () => {
    await pane.shows(/Harbour/);
    await pane.triple('status', '<M-2>', /line 60|psst/);
    await pane.triple(/line 60|psst/, '<M-3>', /line 60|psst/);
    await pane.triple(/line 60|psst/, '<M-1>', '/help lists the commands');
    await pane.triple('/help lists', '<C-n>', /line 60|psst/);
    await pane.triple(/line 60|psst/, '<C-p>', '/help lists the commands');
    await say({ group_id: groupId }, `@${ann.username} look`);
    await pane.triple('/help lists', '<M-a>', `@${ann.username} look`);
  });

  test('TERM-88 Ctrl+k: a tab by some letters of its name', async () => {
    await pane.triple('look', '<C-k>hrb', 'Harbour');
    await pane.triple('hrb', '<Enter>', 'line 60 of the past');
    await pane.triple('line 60', `<M-k>${bob.username.slice(0, 5)}`, bob.username);
    await pane.triple('go to:', '<Escape>', (screen) => typed('')(screen) && screen.text.includes('line 60'));
  });

  test('TERM-88 PageUp, PageDown, the oldest and the newest: scrolling, with history that is fetched', async () => {
    await pane.triple('line 60', '<PageUp>', (screen) => !screen.text.includes('line 60'));
    await pane.triple(/line \d+ of/, '<PageDown>', 'line 60');
    await pane.triple('line 60', '<M-Home>', 'line 11 of the past');
    // Older history is fetched meanwhile: a key that comes before it goes to the oldest line that is held.
    await until(
      async () => {
        await pane.press('<M-Home>');
        return (await pane.screen()).text.includes('line 1 of the past');
      },
      { what: 'the first line, after the oldest was asked for again', everyMs: 50 },
    );
    await pane.triple('line 1 of', '<M-End>', 'line 60');
  });

  test('TERM-88 the editing line: characters, words, cutting, putting back, undoing', async () => {
    await pane.triple(typed(''), 'one two three', typed('one two three'));
    await pane.triple(typed('one two three'), '<C-a>zero ', typed('zero one two three'));
    await pane.triple(typed('zero one two three'), '<C-e><C-w>', typed('zero one two'));
    await pane.triple(typed('zero one two'), '<C-y>', typed('zero one two three'));
    await pane.triple(/three/, '<M-b><M-b>X', typed('zero one Xtwo three'));
    await pane.triple(/Xtwo/, '<BSpace>', typed('zero one two three'));
    await pane.triple(/two/, '<C-a><M-f><C-d>', typed('zeroone two three'));
    await pane.triple(/zeroone/, '<C-_>', typed('zero one two three'));
    await pane.triple(/zero one/, '<C-e><C-u>', typed(''));
    await pane.triple(typed(''), '日本語 👍🏽 é<BSpace><BSpace>', typed('日本語 👍🏽'));
    await pane.triple(typed('日本語 👍🏽'), '<BSpace><Left><Left><BSpace>', typed('日語'));
    await pane.triple(typed('日語'), '<C-e><C-u>', typed(''));
  });

  test('TERM-88 Alt+Enter and Ctrl+j: several lines, sent as one message', async () => {
    await pane.triple(
      typed(''),
      'first line<M-Enter>second line<C-j>third',
      /first line\s*\n.*second line\s*\n.*third/,
    );
    const screen = await pane.triple(
      'third',
      '<Enter>',
      (now) => typed('')(now) && now.text.includes('third'),
    );
    expect(screen.rows.filter((row) => /first line|second line|third/.test(row))).toHaveLength(3);
  });

  test('TERM-88 Up, Down, Ctrl+r: what was sent before', async () => {
    await pane.triple(
      typed(''),
      'remember the bread<Enter>',
      (now) => typed('')(now) && /bread/.test(now.text),
    );
    await pane.triple(typed(''), '<Up>', typed('remember the bread'));
    await pane.triple(typed('remember the bread'), '<Down>', typed(''));
    await pane.triple(typed(''), '<C-r>bre', /remember the bread/);
    await pane.triple(/bre/, '<Enter>', typed('remember the bread'));
    await pane.triple(typed('remember the bread'), '<C-u>', typed(''));
  });

  test('TERM-88 Tab: commands, people, conversations, emoji', async () => {
    await pane.triple(typed(''), '/ad<Tab>', /\/add|\/admin/);
    await pane.triple(/\/ad/, `<C-u>@${bob.username.slice(0, 6)}<Tab>`, new RegExp(`@${bob.username}`));
    await pane.triple(new RegExp(`@${bob.username}`), '<Escape><C-u>:smil<Tab>', /😄|:smile/);
    await pane.press('<Escape><C-e><C-u>');
    await pane.shows(typed(''));
  });

  test('TERM-88 Alt+Up: a message is picked out; r replies, + reacts, e edits, d deletes', async () => {
    await pane.triple(typed(''), '<M-Up>', /reply|Reply/);
    await pane.triple(/reply|Reply/, 'r', /^ ↳ .*\n› \/reply #\d+ *$/m);
    await pane.triple('↳', 'with crumbs<Enter>', /│ ↳ .*\n.*│ with crumbs/);
    await pane.triple('with crumbs', '<M-Up>e', /› \/edit.*with crumbs/);
    await pane.triple('/edit', '<C-w>butter<Enter>', /with butter.*\(edited\)/);
  });

  test('TERM-72 a long paste is asked about, a short one goes into the line', async () => {
    await pane.paste('short and sweet');
    await pane.shows(typed('short and sweet'));
    await pane.press('<C-u>');
    await pane.paste(Array.from({ length: 12 }, (_, line) => `pasted ${line}`).join('\n'));
    await pane.shows(/12 lines/);
    await pane.press('<Escape>');
    await pane.shows((now) => !/12 lines/.test(now.text));
    await pane.press('<C-u>');
  });

  test('TERM-88 F7 hides and shows the nick list, F8 the milliseconds, Alt+m the mouse', async () => {
    await pane.triple(/[●○].*ann/, '<F7>', (now) => !/│ [●○]/.test(now.text));
    await pane.triple((now) => !/│ [●○]/.test(now.text), '<F7>', /│ [●○]/);
    expect(await pane.ask('mouse_any_flag')).toBe('1');
    await pane.press('<M-m>');
    await pane.shows(typed(''));
    await pane.press('<F8>');
    await pane.shows(timed);
    expect(await pane.ask('mouse_any_flag')).toBe('0');
    await pane.press('<F8><M-m>');
    await pane.shows((now) => !timed(now));
  });

  test('TERM-88 Ctrl+s: a search in the tab', async () => {
    await pane.triple(typed(''), '<C-s>line 33 of<Enter>', 'line 33 of the past');
    await pane.press('<Escape><M-End>');
    await pane.shows('with butter');
  });
});
