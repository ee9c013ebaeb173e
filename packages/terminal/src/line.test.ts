import { describe, expect, test } from 'bun:test';
import { MemoryStorage } from '@tpx/sdk';
import { group, message, testTerminal } from './terminal.fixture.ts';

const at = (minute: number) => `2026-11-24T09:${String(minute).padStart(2, '0')}:00`;
const TALK = [
  message(1, { created_at: at(1), content: { text: 'is anybody here?' } }),
  message(2, { created_at: at(2), sender_id: 'ann', content: { text: 'see https://example.org' } }),
  message(3, { created_at: at(3), sender_id: 'me', content: { text: 'I am\nhere' } }),
];

async function opened(more = {}) {
  const terminal = await testTerminal({ columns: 60, rows: 14, messages: TALK, ...more });
  /** The rows between the topic and the line, without blanks. */
  const shown = () =>
    terminal
      .lines()
      .slice(2, -3)
      .filter((line) => line !== '');
  const line = () => terminal.lines().at(-2);
  const outbox = () =>
    terminal.client.conversation('group:room')?.outbox.map((entry) => entry.message.content.text);
  return { ...terminal, shown, line, outbox };
}

describe('TERM-48 a message that is picked out', () => {
  const selectedText = (terminal: Awaited<ReturnType<typeof opened>>) =>
    terminal.terminal
      .screen()
      .rows.filter((row) => row.some(({ style }) => style.bg === '#22303f'))
      .map((row) =>
        row
          .map(({ text }) => text)
          .join('')
          .split('│ ')[1]
          ?.trim(),
      );

  test('TERM-48 up from the newest, down again and out', async () => {
    const terminal = await opened();
    await terminal.keys('alt+up');
    expect(selectedText(terminal)).toEqual(['I am', 'here  sent']);
    await terminal.keys('alt+up');
    expect(selectedText(terminal)).toEqual(['see https://example.org']);
    await terminal.keys('alt+down', 'alt+down');
    expect(selectedText(terminal)).toEqual([]);
  });

  test.each<[key: string, line: string]>([
    ['r', '› /reply #2'],
    ['+', '› /react #2'],
    ['f', '› /forward #2'],
    ['e', '› /edit #2 see https://example.org'],
  ])('TERM-48 %s begins its command', async (key, line) => {
    const terminal = await opened();
    await terminal.keys('alt+up', 'alt+up', key);
    expect(terminal.line()).toBe(line);
    expect(selectedText(terminal)).toEqual([]);
  });

  test('TERM-48 copying and opening a link run their commands', async () => {
    const terminal = await opened();
    await terminal.keys('alt+up', 'c', 'alt+up', 'alt+up', 'o');
    expect(terminal.calls).toEqual(['copy I am\nhere', 'link https://example.org/']);
  });

  test('TERM-48 which one the line names is shown as long as it names it', async () => {
    const terminal = await opened();
    const hint = () => terminal.lines().at(-3);
    await terminal.keys('alt+up', 'alt+up', 'r');
    expect(hint()).toBe(' ↳ ann: see https://example.org');
    await terminal.type('yes');
    expect(hint()).toBe(' ↳ ann: see https://example.org');
    await terminal.keys('ctrl+u');
    expect(hint()).toBe('');
  });

  test('TERM-48 deleting is asked about first', async () => {
    const terminal = await opened();
    await terminal.keys('alt+up', 'd');
    expect(terminal.line()).toBe('Delete this message? (y/n)');
    await terminal.keys('n');
    expect(terminal.line()).toBe('›');
  });

  test('TERM-48 a letter that means nothing there goes into the line, and the selection ends', async () => {
    const terminal = await opened();
    await terminal.keys('alt+up');
    await terminal.type('z');
    expect(terminal.line()).toBe('› z');
    expect(selectedText(terminal)).toEqual([]);
  });

  test('TERM-48 a press on the time picks a message out, one on a name writes it', async () => {
    const terminal = await opened();
    const row = terminal.lines().findIndex((line) => line.includes('anybody'));
    await terminal.press({ row, column: 2 });
    expect(selectedText(terminal)).toEqual(['is anybody here?']);
    await terminal.press({ row, column: 14 });
    expect(terminal.line()).toBe('› @bob');
  });
});

describe('TERM-48 a message that was refused', () => {
  const refused = ['first', 'second', 'third'];
  /** What is still refused, and what waits to be sent. */
  const states = ({ client }: Awaited<ReturnType<typeof opened>>) =>
    client
      .conversation('group:room')
      ?.outbox.map(({ message, state }) => `${message.content.text} ${state}`)
      .sort();

  test('TERM-48 is picked out like others, and sent again alone', async () => {
    const terminal = await opened({ refused });
    await terminal.keys('alt+up', 'alt+up');
    expect(terminal.lines().at(-3)).toBe(' s send it again  x forget it  Esc back');
    await terminal.keys('s');
    expect(states(terminal)).toEqual(['first failed', 'second sending', 'third failed']);
    expect(terminal.line()).toBe('›');
  });

  test('TERM-48 is forgotten alone; above the refused come the messages', async () => {
    const terminal = await opened({ refused });
    await terminal.keys('alt+up', 'x');
    expect(states(terminal)).toEqual(['first failed', 'second failed']);
    await terminal.keys('alt+up', 'alt+up', 'alt+up', 'r');
    expect(terminal.line()).toBe('› /reply #3');
  });

  test('TERM-48 is picked out by a press, and keys that are about messages do nothing to it', async () => {
    const terminal = await opened({ refused });
    const row = terminal.lines().findIndex((line) => line.includes('first'));
    await terminal.press({ row, column: 2 });
    await terminal.keys('d', 'e');
    expect([terminal.line(), states(terminal)?.length]).toEqual(['›', 3]);
    await terminal.keys('x');
    expect(states(terminal)).toEqual(['second failed', 'third failed']);
  });

  test('TERM-48 is named from the last on; without a name all are meant', async () => {
    const terminal = await opened({ refused });
    const enter = async (line: string) => {
      await terminal.type(line);
      await terminal.keys('enter');
    };
    await enter('/discard -2');
    expect(states(terminal)).toEqual(['first failed', 'third failed']);
    await enter('/discard -3');
    expect(terminal.lines().join('\n')).toContain('“-3” is none of the 2 refused here');
    await enter('/resend');
    expect(states(terminal)).toEqual(['first sending', 'third sending']);
  });
});

describe('TERM-49 pickers', () => {
  test('TERM-49 Ctrl+k finds a tab by some letters of its name', async () => {
    const groups = ['general', 'random', 'release notes'].map((name) => group(name));
    const terminal = await opened({ groups, messages: [] });
    await terminal.keys('ctrl+k');
    await terminal.type('rn');
    expect(terminal.shown().map((row) => row.trim().split('  ')[0])).toContain('release notes');
    await terminal.keys('enter');
    expect(terminal.terminal.screen().title).toBe('release notes · TPX');
  });

  test('TERM-49 with text behind the cursor Ctrl+k cuts it instead', async () => {
    const terminal = await opened();
    await terminal.type('one two');
    await terminal.keys('ctrl+a', 'alt+f', 'ctrl+k');
    expect(terminal.line()).toBe('› one');
  });

  test('TERM-49 Ctrl+r finds lines that were sent, each once, the newest first', async () => {
    const terminal = await opened();
    for (const line of ['alpha', 'beta', 'alpha two', 'beta']) {
      await terminal.type(line);
      await terminal.keys('enter');
    }
    await terminal.keys('ctrl+r');
    expect(
      terminal
        .shown()
        .slice(-3)
        .map((row) => row.trim()),
    ).toEqual(['beta', 'alpha two', 'alpha']);
    await terminal.type('alp');
    await terminal.keys('ctrl+r', 'enter');
    expect(terminal.line()).toBe('› alpha');
  });

  test('TERM-49 a search shows where a text stands, and goes there', async () => {
    const messages = Array.from({ length: 60 }, (_, index) =>
      message(index + 1, { content: { text: index === 3 ? 'the needle' : `hay ${index}` } }),
    );
    const terminal = await opened({ messages });
    await terminal.keys('ctrl+s');
    await terminal.type('NEED');
    expect(terminal.shown().at(-1)).toStartWith(' bob: the needle');
    await terminal.keys('enter');
    expect(terminal.lines().some((line) => line.includes('│ the needle'))).toBe(true);
  });
});

describe('TERM-45 TERM-46 what goes into the line', () => {
  test('TERM-45 each tab keeps its own line', async () => {
    const terminal = await opened();
    await terminal.type('for the room');
    await terminal.keys('alt+1');
    expect(terminal.line()).toBe('›');
    await terminal.keys('alt+2');
    expect(terminal.line()).toBe('› for the room');
  });

  test('TERM-45 up and down go through what was sent; what was begun waits at the end', async () => {
    const terminal = await opened();
    for (const line of ['one', 'two']) {
      await terminal.type(line);
      await terminal.keys('enter');
    }
    await terminal.type('three');
    const seen: unknown[] = [];
    for (const chord of ['up', 'up', 'up', 'down', 'down']) {
      await terminal.keys(chord);
      seen.push(terminal.line());
    }
    expect(seen).toEqual(['› two', '› one', '› one', '› two', '› three']);
  });

  test.each([
    '/login me correct horse battery',
    '/LOGIN me correct horse battery',
    '/logn me correct horse battery',
    '/log me correct horse battery',
    '/ login me correct horse battery',
    '/loginme correct horse battery',
    '/regsiter me correct horse battery',
    '/delete-acount correct horse battery',
  ])('TERM-45 a line that may hold a password is in no history, here or on the device: %s', async (line) => {
    const storage = new MemoryStorage();
    const terminal = await opened({ storage });
    await terminal.type(line);
    await terminal.keys('enter', 'up');
    expect(terminal.line()).toBe('›');
    await terminal.terminal.close();
    const stored = await Promise.all((await storage.list('')).map((key) => storage.get(key)));
    expect(stored.join('')).not.toContain('horse');
  });

  test.each(['/topc of the day', '//login is a command', 'login first', '/nonsense and more'])(
    'TERM-45 what is only mistyped comes back: %s',
    async (line) => {
      const terminal = await opened();
      await terminal.type(line);
      await terminal.keys('enter', 'up');
      expect(terminal.line()).toBe(`› ${line}`);
    },
  );

  test('TERM-46 a short paste goes in as it is, keys in it are none', async () => {
    const terminal = await opened();
    terminal.terminal.input({ type: 'paste', text: 'one\r\ntwo\u001b[A\u0003' });
    expect(terminal.lines().slice(-3, -1)).toEqual(['› one', '  two[A']);
    expect(terminal.outbox()).toEqual([]);
  });

  test('TERM-46 a long one asks: edit puts it into the line, send sends it, drop forgets it', async () => {
    const terminal = await opened();
    const long = 'one\ntwo\nthree\nfour';
    const paste = () => terminal.terminal.input({ type: 'paste', text: long });
    paste();
    expect(terminal.line()).toBe('4 lines: s send, e edit, Esc drop');
    await terminal.keys('x', 'd');
    expect(terminal.line()).toBe('›');
    paste();
    await terminal.keys('e');
    expect(terminal.line()).toBe('  four');
    await terminal.keys('ctrl+u', 'ctrl+c');
    paste();
    await terminal.keys('s');
    expect(terminal.outbox()).toEqual([long]);
    terminal.terminal.input({ type: 'paste', text: `/quit\n${long}` });
    await terminal.keys('s');
    expect([terminal.outbox()?.at(-1), terminal.calls]).toEqual([`/quit\n${long}`, []]);
  });

  test('TERM-44 Alt+Enter and Ctrl+j begin a new line, Enter sends them all', async () => {
    const terminal = await opened();
    await terminal.type('a');
    await terminal.keys('alt+enter');
    await terminal.type('b');
    await terminal.keys('ctrl+j');
    await terminal.type('c');
    expect(terminal.terminal.screen().cursor).toEqual({ row: 12, column: 3 });
    await terminal.keys('enter');
    expect(terminal.outbox()).toEqual(['a\nb\nc']);
  });

  test('TERM-44 Ctrl+c clears the line, then says how to quit, then quits', async () => {
    const terminal = await opened();
    await terminal.type('x');
    await terminal.keys('ctrl+c', 'ctrl+c');
    expect(terminal.calls).toEqual([]);
    expect(terminal.lines().at(-3)).toBe(' Ctrl+c again quits.');
    await terminal.keys('ctrl+c');
    expect(terminal.calls).toEqual(['exit']);
  });

  test('TERM-44 one’s own editor can go on with the line', async () => {
    const terminal = await opened();
    await terminal.type('draft');
    await terminal.keys('alt+e');
    expect(terminal.line()).toBe('› draft edited');
  });
});

describe('TERM-50 TERM-64 offers and questions', () => {
  test('TERM-50 Tab takes the first and shows the others, again the next, Escape gives back what was typed', async () => {
    const terminal = await opened();
    await terminal.type('/theme ');
    await terminal.keys('tab');
    expect(terminal.line()).toBe('› /theme terminal-dark');
    expect(
      terminal
        .shown()
        .slice(-4)
        .map((row) => row.trim()),
    ).toEqual(['terminal-dark', 'terminal-light', 'high-contrast', 'monochrome']);
    await terminal.keys('tab', 'tab', 'shift+tab');
    expect(terminal.line()).toBe('› /theme terminal-light');
    await terminal.keys('escape');
    expect(terminal.line()).toBe('› /theme');
    expect(terminal.shown().at(-1)).toEndWith('here  sent');
  });

  test('TERM-50 the only one is taken at once', async () => {
    const terminal = await opened();
    await terminal.type('/mono');
    await terminal.keys('ctrl+u');
    await terminal.type('/theme mo');
    await terminal.keys('tab');
    expect(terminal.line()).toBe('› /theme monochrome');
    await terminal.keys('enter');
    expect(terminal.calls).toContain('save');
  });

  test('TERM-64 a secret is not shown, and what is cut in it does not come back elsewhere', async () => {
    const terminal = await opened({ signedOut: true });
    await terminal.type('/login me');
    await terminal.keys('enter');
    await terminal.type('horse');
    expect(terminal.line()).toBe('password: •••••');
    await terminal.keys('ctrl+u', 'escape', 'ctrl+y');
    expect(terminal.line()).toBe('›');
    expect(JSON.stringify(terminal.terminal.screen())).not.toContain('horse');
  });

  test('TERM-64 a new password is asked for with its rule; Enter that was typed too early is Enter', async () => {
    const terminal = await opened({ signedOut: true });
    await terminal.type('/register me');
    await terminal.keys('enter');
    await terminal.type('short');
    expect(terminal.line()).toBe('password (at least 10 characters): •••••');
    await terminal.keys('ctrl+j');
    expect(terminal.shown().at(-1)).toBe('A password has at least 10 characters.');
    expect(terminal.line()).toBe('password (at least 10 characters):');
    await terminal.keys('escape');
    expect(terminal.line()).toBe('›');
  });
});
