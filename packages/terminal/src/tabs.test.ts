import { describe, expect, test } from 'bun:test';
import { MemoryStorage } from '@tpx/sdk';
import { group, message, testTerminal } from './terminal.fixture.ts';

const at = (minute: number) => `2026-11-24T09:${String(minute).padStart(2, '0')}:00`;
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => message(index + 1, { created_at: at(10 + (index % 40)) }));
const ROOMS = [group('hall'), group('room'), group('yard')];
const said = (lines: string[]) => lines.slice(2, -3).map((line) => line.split('│ ')[1] ?? line);

async function rooms(more = {}) {
  const opened = await testTerminal({ columns: 60, rows: 12, groups: ROOMS, ...more });
  const bar = () => opened.lines()[0]?.trim();
  return { ...opened, bar, tab: () => opened.terminal.screen().title.replace(/ · TPX$/, '') };
}

describe('TERM-59 tabs', () => {
  test('TERM-59 keys go to a tab by its place, to the next, the one before, and back', async () => {
    const { keys, tab } = await rooms();
    const seen: string[] = [];
    for (const chord of ['alt+1', 'alt+4', 'ctrl+n', 'ctrl+p', 'alt+/', 'alt+9']) {
      await keys(chord);
      seen.push(tab());
    }
    expect(seen).toEqual(['status', 'yard', 'status', 'yard', 'status', 'status']);
  });

  test('TERM-59 Alt+a goes where somebody was called first, then where something happened', async () => {
    const { keys, tab, say, terminal } = await rooms();
    await keys('alt+1');
    say(1, { id: 'a' }, 'group:hall');
    say(1, { id: 'b', content: { text: 'me?' } }, 'group:yard');
    await keys('alt+a');
    terminal.screen();
    expect(tab()).toBe('yard');
    await keys('alt+a');
    expect(tab()).toBe('hall');
  });

  test('TERM-59 the next run finds the tabs, their order, the lines begun and those sent as they were', async () => {
    const storage = new MemoryStorage();
    const first = await rooms({ storage });
    await first.keys('alt+3');
    await first.type('first line');
    await first.keys('enter');
    await first.type('half a thought');
    await first.keys('alt+4', 'alt+w', 'alt+2');
    const bar = first.bar();
    await first.terminal.close();
    const second = await rooms({ storage });
    expect([second.bar(), second.tab()]).toEqual([bar, first.tab()]);
    expect(second.bar()).not.toContain('yard');
    await second.keys('alt+3');
    expect(second.lines().at(-2)).toBe('› half a thought');
    await second.keys('ctrl+u', 'up');
    expect(second.lines().at(-2)).toBe('› first line');
  });

  test('TERM-59 a closed tab comes back when somebody writes there', async () => {
    const { keys, say, bar } = await rooms();
    await keys('alt+2', 'alt+w');
    expect(bar()).not.toContain('hall');
    say(1, {}, 'group:hall');
    expect(bar()).toContain('hall 1');
  });

  test('TERM-59 many tabs: those around the open one are shown, with a sign that there are more', async () => {
    const groups = Array.from({ length: 30 }, (_, index) => group(`room${index}`));
    const { keys, bar } = await rooms({ groups });
    await keys('alt+9');
    expect(bar()).toStartWith('‹');
    expect(bar()).toContain('9 room');
    expect(bar()).toEndWith('›');
  });

  test('TERM-59 a press on a tab turns to it', async () => {
    const { press, tab } = await rooms();
    await press({ row: 0, column: 2 });
    expect(tab()).toBe('status');
  });
});

describe('TERM-42 what is unread', () => {
  test('TERM-42 counts what came while nobody looked, and calls apart', async () => {
    const { keys, say, bar } = await rooms();
    await keys('alt+1');
    say(1, {}, 'group:hall');
    say(2, {}, 'group:hall');
    say(1, { content: { text: 'me: look' } }, 'group:yard');
    expect(bar()).toBe('1 status  2 hall 2  3 room  4 yard 1!');
  });

  test('TERM-42 what is in front of somebody is read, and elsewhere told', async () => {
    const { keys, say, client, terminal } = await rooms();
    await keys('alt+3');
    terminal.screen();
    say(1);
    terminal.screen();
    expect(client.conversation('group:room')?.readSeq).toBe(1);
  });

  test('TERM-42 not while the window is not looked at, nor scrolled up', async () => {
    const { keys, say, client, terminal, clock } = await rooms({ messages: many(30) });
    const read = () => client.conversation('group:room')?.readSeq;
    await keys('alt+3', 'pageup');
    say(31);
    terminal.screen();
    clock.advance(2_000);
    expect(read()).toBe(30);
    await keys('alt+end');
    terminal.screen();
    expect(read()).toBe(31);
    terminal.input({ type: 'focus', focused: false });
    say(32);
    terminal.screen();
    clock.advance(2_000);
    expect(read()).toBe(31);
    terminal.input({ type: 'focus', focused: true });
    terminal.screen();
    expect(read()).toBe(32);
  });

  test('TERM-42 what is open at the start is read only once somebody does something', async () => {
    const { keys, client, terminal, bar, lines } = await rooms({
      groups: [group('room')],
      messages: many(5),
      readSeq: 3,
      unattended: true,
    });
    terminal.screen();
    expect([client.conversation('group:room')?.readSeq, bar()]).toEqual([3, '1 status  2 room 2']);
    await keys('left');
    terminal.screen();
    expect([client.conversation('group:room')?.readSeq, bar()]).toEqual([5, '1 status  2 room']);
    expect(said(lines())).toContain('─────────────────────────── new ────────────────────────────');
  });

  test('TERM-42 more unread than is held is told as such, elsewhere too', async () => {
    const held = many(60).slice(50);
    const { bar, keys, say, lines } = await rooms({ messages: held, readSeq: 3, unattended: true });
    expect(bar()).toBe('1 status  2 hall 10+  3 room 10+  4 yard 10+');
    await keys('alt+1');
    say(61);
    expect(bar()).toContain('3 room 11+');
    expect(lines().at(-1)).toEndWith('31+ unread in 3 tabs');
  });

  test('TERM-42 in a busy room the mark is told once a second', async () => {
    const { keys, say, client, terminal, clock } = await rooms();
    await keys('alt+3');
    for (let seq = 1; seq <= 50; seq++) {
      say(seq);
      terminal.screen();
    }
    expect(client.conversation('group:room')?.readSeq).toBe(1);
    clock.advance(1_000);
    expect(client.conversation('group:room')?.readSeq).toBe(50);
  });

  test('TERM-42 the line stands above the first that was unread when the tab was left, until it is left again', async () => {
    const { keys, say, lines } = await rooms({ messages: many(2) });
    await keys('alt+3', 'alt+1');
    say(3, { created_at: at(50) });
    await keys('alt+3');
    const line = '─────────────────────────── new ────────────────────────────';
    expect(said(lines()).slice(-3)).toEqual(['text 2', line, 'text 3']);
    say(4, { created_at: at(51) });
    expect(said(lines()).slice(-3)).toEqual([line, 'text 3', 'text 4']);
    await keys('alt+1', 'alt+3');
    expect(said(lines())).not.toContain(line);
  });

  test('TERM-42 what was read on another device is not unread here', async () => {
    const { keys, say, bar, client } = await rooms();
    await keys('alt+1');
    say(1);
    say(2);
    expect(bar()).toContain('room 2');
    client.conversation('group:room')?.link.readMark.movedElsewhere(1);
    expect(bar()).toContain('room 1');
    client.conversation('group:room')?.link.readMark.movedElsewhere(2);
    expect(bar()).toEndWith('3 room  4 yard');
  });

  test('TERM-42 Alt+h goes to the first unread', async () => {
    const { keys, lines } = await rooms({ messages: many(30), readSeq: 12 });
    await keys('alt+3', 'alt+h');
    expect(said(lines()).slice(0, 4)).toEqual([
      'text 11',
      'text 12',
      '─────────────────────────── new ────────────────────────────',
      'text 13',
    ]);
  });
});

describe('TERM-62 TERM-23 who is told', () => {
  test('TERM-62 a bell for what calls and is not in front of somebody, by the level of the conversation', async () => {
    const { keys, say, calls } = await rooms({
      preferences: { notify: { 'group:yard': 'mute', 'group:hall': 'all' } },
    });
    await keys('alt+3');
    say(1, { content: { text: 'me?' } }, 'group:room');
    say(1, { content: { text: 'me?' } }, 'group:yard');
    say(1, { content: { text: 'anybody' } }, 'group:hall');
    expect(calls).toEqual(['notify {"title":"bob, hall","body":"anybody"}']);
    await keys('alt+1');
    say(2, { content: { text: 'me again\u001b[31m' } }, 'group:room');
    expect(calls.at(-1)).toBe('notify {"title":"bob, room","body":"me again[31m"}');
  });
});
