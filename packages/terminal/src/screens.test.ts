import { describe, expect, test } from 'bun:test';
import { createTerminal } from './create-terminal.ts';
import { expectScreen, group, message, person, testTerminal } from './terminal.fixture.ts';

/** Local time, so that the pictures are the same in every time zone. */
const at = (minute: number) => `2026-11-24T09:${String(minute).padStart(2, '0')}:00`;

const TALK = [
  message(1, { created_at: '2026-11-23T22:10:00', content: { text: 'good night' } }),
  message(2, { created_at: at(1), content: { text: 'morning' } }),
  message(3, {
    created_at: at(2),
    content: { text: 'see https://example.org/plan and tell me what you think' },
  }),
  message(4, { created_at: at(3), sender_id: 'me', content: { text: 'looks fine' }, reply_to: 'm3' }),
  message(5, {
    created_at: at(4),
    sender_id: 'ann',
    content: { text: '/me nods' },
    reactions: [
      { emoji: '🎉', user_ids: ['bob'], count: 1 },
      { emoji: '👍', user_ids: ['me'], count: 3 },
    ],
  }),
  message(6, { created_at: at(5), sender_id: 'cid', content: { text: 'typo' }, edited_at: at(6) }),
  message(7, { created_at: at(6), sender_id: 'cid', content: null, deleted: true }),
  message(8, {
    created_at: at(7),
    type: 'system',
    sender_id: 'ann',
    content: { event: 'member_joined', actor_id: 'ann', user_id: 'cid' },
  }),
];
const HALL = group('room', { name: 'Hall', description: 'where we plan' });

async function hall(columns: number, rows: number) {
  const opened = await testTerminal({ columns, rows, messages: TALK, readSeq: 5, groups: [HALL] });
  // What it shows is read with the first picture.
  opened.terminal.screen();
  return opened;
}

describe('TERM-54 TERM-55 TERM-57 a conversation in its sizes', () => {
  test('TERM-54 40 columns: names before the texts, no list of members', async () => {
    const { terminal } = await hall(40, 18);
    expectScreen(
      terminal.screen(),
      `
 1 status  2 Hall
 Hall · where we plan                 3
22:10 bob: good night
────── Tuesday, 24 November 2026 ───────
09:01 bob: morning
09:02 see https://example.org/plan and
      tell me what you think
09:03 ↳ bob: see https://example.org/pl…
      me: looks fine  sent
09:04 * ann nods
      👍 3  🎉
───────────────── new ──────────────────
09:05 cid: typo (edited)
09:06 (deleted)
09:07 * ann added cid.

›
 me connecting…`,
    );
  });

  test('TERM-54 80 columns: names in a column, the list of members beside', async () => {
    const { terminal } = await hall(80, 18);
    expectScreen(
      terminal.screen(),
      `
 1 status  2 Hall
 Hall · where we plan                                                 3 members
22:10        bob │ good night                                  │ 3 members
────────────────── Tuesday, 24 November 2026 ──────────────────│ 0 here
09:01        bob │ morning                                     │
09:02            │ see https://example.org/plan and tell me    │
                 │ what you think                              │
09:03         me │ ↳ bob: see https://example.org/plan and tel…│
                 │ looks fine  sent                            │
09:04          * │ ann nods                                    │
                 │ 👍 3  🎉                                    │
───────────────────────────── new ─────────────────────────────│
09:05        cid │ typo (edited)                               │
09:06            │ (deleted)                                   │
09:07          * │ ann added cid.                              │

›
 me connecting…`,
    );
  });

  test('TERM-54 200 columns: seconds, and all in a row', async () => {
    const { lines } = await hall(200, 18);
    const texts = lines().map((line) => line.split('│').slice(0, 2).join('│').trimEnd());
    expect(texts.slice(5, 8)).toEqual([
      '09:01:00            bob │ morning',
      '09:02:00                │ see https://example.org/plan and tell me what you think',
      '09:03:00             me │ ↳ bob: see https://example.org/plan and tell me what you think',
    ]);
  });

  test('TERM-54 four rows: the tabs, what was said last, the line and the status', async () => {
    const { terminal } = await hall(40, 4);
    expectScreen(
      terminal.screen(),
      `
 1 status  2 Hall
09:07 * ann added cid.
›
 me connecting…`,
    );
  });
});

describe('TERM-55 TERM-57 TERM-58 what a message looks like', () => {
  const body = (lines: string[]) => lines.slice(2, -3).filter((line) => line !== '');

  test('TERM-57 five hundred reactions are one row', async () => {
    const reactions = Array.from({ length: 500 }, (_, index) => ({
      emoji: String.fromCodePoint(0x1f600 + (index % 60)),
      user_ids: [],
      count: 500 - index,
    }));
    const { lines } = await testTerminal({ columns: 40, messages: [message(1, { reactions })] });
    expect(body(lines())).toEqual([
      '────── Tuesday, 24 November 2026 ───────',
      '09:00 bob: text 1',
      '      😀 500  😁 499  😂 498  +497',
    ]);
  });

  test('TERM-57 a message of many rows is folded until it is picked out', async () => {
    const text = Array.from({ length: 100 }, (_, index) => `row ${index}`).join('\n');
    const { lines, keys } = await testTerminal({
      columns: 60,
      rows: 12,
      messages: [message(1, { content: { text } })],
    });
    expect(body(lines()).slice(-2)).toEqual([
      '                 │ row 58',
      '                 │ … 41 more rows: pick it out to see them',
    ]);
    await keys('alt+up');
    expect(lines().slice(3, 5)).toEqual(['09:00        bob │ row 0', '                 │ row 1']);
  });

  test('TERM-57 what cannot be read says so, and a reply to what is not here', async () => {
    const { lines } = await testTerminal({
      columns: 60,
      rows: 16,
      messages: [
        message(1, { content: null, encryption: 'djE=' }),
        message(2, { reply_to: 'gone' }),
        message(3, { type: 'file', content: { media: { filename: 'plan.pdf' } as never } }),
        message(4, { content: { text: '/me nods' } }),
        message(5, { sender_id: 'ann', reply_to: 'm4' }),
      ],
    });
    expect(body(lines()).slice(1)).toEqual([
      '09:00        bob │ (encrypted: this client cannot read it)',
      '09:00            │ ↳ a message that is not here',
      '                 │ text 2',
      '09:00            │ [file plan.pdf]',
      '09:00          * │ bob nods',
      '09:00        ann │ ↳ * bob nods',
      '                 │ text 5',
    ]);
  });

  test('TERM-58 one’s own messages show how far they got, from sending to read', async () => {
    const { lines, client, type, keys, say } = await testTerminal({
      columns: 60,
      groups: [group('room', { member_count: 3 })],
    });
    const mine = () =>
      lines()
        .find((line) => line.includes('hello'))
        ?.split('│ ')[1];
    await type('hello');
    await keys('enter');
    expect(mine()).toBe('hello  sending');
    const conversation = client.conversation('group:room');
    const clientId = conversation?.outbox[0]?.client_id ?? '';
    say(1, { sender_id: 'me', client_id: clientId, content: { text: 'hello' } });
    expect(mine()).toBe('hello  sent');
    const mark = (user_id: string, delivered_seq: number, read_seq: number) =>
      conversation?.link.receipts.received([{ user_id, delivered_seq, read_seq }]);
    mark('ann', 1, 0);
    expect(mine()).toBe('hello  D 1/2');
    mark('bob', 1, 0);
    expect(mine()).toBe('hello  D');
    mark('ann', 1, 1);
    expect(mine()).toBe('hello  R 1/2');
    mark('bob', 1, 1);
    expect(mine()).toBe('hello  R');
  });

  test('TERM-58 how long a message took stands beside it when that is asked for', async () => {
    const { lines, keys, say, clock } = await testTerminal({ columns: 60 });
    const created_at = new Date(clock.now() - 42).toISOString();
    say(1, { created_at });
    expect(lines().some((line) => line.includes('42 ms'))).toBe(false);
    await keys('f8');
    expect(lines().find((line) => line.includes('text 1'))).toEndWith('text 1  42 ms');
  });

  test('TERM-55 names are what they are now, and unknown ones the beginning of the id', async () => {
    const { lines, client } = await testTerminal({
      columns: 60,
      messages: [message(1, { sender_id: '0190aaaa-bbbb' })],
    });
    const nick = () => body(lines()).at(-1)?.slice(5, 16).trim();
    expect(nick()).toBe('0190aaaa');
    client.people.learn(person('0190aaaa-bbbb', { username: 'zoe' }));
    expect(nick()).toBe('zoe');
  });

  test('TERM-56 only web addresses and mailboxes are links, and a press opens them', async () => {
    const { terminal, press, calls } = await testTerminal({
      columns: 60,
      messages: [message(1, { content: { text: 'javascript:alert(1) https://example.org/' } })],
    });
    const { rows } = terminal.screen();
    const row = rows.findIndex((spans) => spans.some(({ link }) => link !== undefined));
    const links = rows.flat().flatMap(({ link }) => link ?? []);
    expect(links).toEqual(['https://example.org/']);
    await press({ row, column: 42 });
    expect(calls).toEqual(['link https://example.org/']);
  });

  test('TERM-55 what a command showed takes no day line away, and an action has its star', async () => {
    const { lines, type, keys, say, clock } = await testTerminal({ columns: 60, rows: 14 });
    await type('/bell off');
    await keys('enter');
    const created_at = new Date(clock.now()).toISOString();
    for (const [seq, text] of ['one', '/me nods', '/me sits', 'two'].entries())
      say(seq + 1, { created_at, content: { text } });
    const [told, day, ...said] = body(lines());
    expect(told).toBe('The bell: off.');
    expect(day).toMatch(/^─+ .* ─+$/);
    expect(said.map((line) => line.slice(6))).toEqual([
      '       bob │ one',
      '         * │ bob nods',
      '         * │ bob sits',
      '       bob │ two',
    ]);
  });

  test('TERM-57 a table is one above the other where its columns have no room', async () => {
    const { lines, type, keys } = await testTerminal({ columns: 40, rows: 16 });
    await type('/help');
    await keys('enter');
    expect(body(lines()).slice(0, 4)).toEqual([
      'Account',
      '/logout',
      '    Sign out, and remove what is kept on',
      '    this device.',
    ]);
  });

  test('TERM-55 a message that calls me stands on a ground of its own', async () => {
    const { terminal } = await testTerminal({
      columns: 60,
      messages: [message(1), message(2, { content: { text: 'hey me' } })],
    });
    const grounds = (text: string) =>
      terminal
        .screen()
        .rows.find((row) => row.some((span) => span.text.includes(text)))
        ?.map(({ style }) => style.bg);
    expect(new Set(grounds('text 1'))).toEqual(new Set([undefined]));
    expect(grounds('hey me')?.every((bg) => bg !== undefined)).toBe(true);
  });
});

test('TERM-99 a warning stands above all else in the first tab', async () => {
  const { options } = await testTerminal({ columns: 80, rows: 12, groups: [] });
  const terminal = createTerminal({ ...options, warnings: ['Warning: not encrypted.'] });
  await terminal.start();
  const rows = terminal.screen().rows.map((row) => row.map(({ text }) => text).join(''));
  const [warning, next] = ['Warning: not encrypted.', '/help lists the commands'].map((text) =>
    rows.findIndex((row) => row.includes(text)),
  );
  expect(warning).toBeGreaterThan(0);
  expect(next).toBeGreaterThan(warning ?? 0);
});
