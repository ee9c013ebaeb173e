import { describe, expect, test } from 'bun:test';
import { type SeededRandom, seededRandom, seedOfThisRun } from '@tpx/testkit';
import { PRESETS } from './keys/bindings.ts';
import type { Screen } from './screen/screen.ts';
import { group, message, person, testTerminal } from './terminal.fixture.ts';
import { forbiddenIn, hostileText } from './text/hostile.fixture.ts';
import { textWidth } from './text/text-width.ts';

/** What is wrong with a picture; undefined for a whole one. */
function faultOf(screen: Screen, size: { columns: number; rows: number }): string | undefined {
  const { rows, columns, cursor, title } = screen;
  if (columns !== size.columns || rows.length !== size.rows) return `${columns} x ${rows.length}`;
  for (const [index, row] of rows.entries()) {
    const text = row.map((span) => span.text).join('');
    const forbidden = forbiddenIn(text);
    if (forbidden !== undefined) return `row ${index} holds ${forbidden}`;
    const wide = row.reduce((sum, span) => sum + textWidth(span.text), 0);
    if (wide > columns) return `row ${index} is ${wide} wide: ${text}`;
    const link = row.find((span) => span.link !== undefined && !/^(https?|mailto):/.test(span.link));
    if (link) return `row ${index} leads to ${link.link}`;
  }
  if (forbiddenIn(title) !== undefined) return 'the title';
  if (
    cursor &&
    (cursor.row >= rows.length || cursor.column >= columns || cursor.column < 0 || cursor.row < 0)
  )
    return `the cursor is at ${cursor.row}, ${cursor.column}`;
  return undefined;
}

const CHORDS = Object.values(PRESETS).flatMap(({ keys, selection }) => [
  ...Object.keys(keys),
  ...Object.keys(selection),
]);

function hostileTerminal(random: SeededRandom) {
  const people = ['ann', 'bob', 'cid'].map((id) =>
    person(id, {
      username: hostileText(random, 4),
      status: { state: 'custom', text: hostileText(random, 8) },
    }),
  );
  const groups = ['room', 'hall', 'yard'].map((id) =>
    group(id, { name: hostileText(random, 4), description: hostileText(random, 20) }),
  );
  return testTerminal({
    people,
    groups,
    refused: [hostileText(random, 15), hostileText(random, 15)],
    refusal: hostileText(random, 15),
    columns: 80,
    rows: 24,
    preferences: {
      keys: random.pick(['weechat', 'halloy']),
      theme: random.pick(['terminal-dark', 'monochrome']),
    },
  });
}

async function happen(
  random: SeededRandom,
  terminal: Awaited<ReturnType<typeof hostileTerminal>>,
  seqs: Map<string, number>,
) {
  const topic = `group:${random.pick(['room', 'hall', 'yard'])}`;
  const seq = (seqs.get(topic) ?? 0) + 1;
  const dice = random.next();
  if (dice < 0.35) {
    seqs.set(topic, seq);
    const reactions = Array.from({ length: random.below(3) === 0 ? 50 : 0 }, () => ({
      emoji: hostileText(random, 3),
      user_ids: ['bob'],
      count: random.below(1_000) + 1,
    }));
    const text =
      random.below(20) === 0 ? hostileText(random, 10).repeat(200).slice(0, 8_000) : hostileText(random, 15);
    terminal.say(
      seq,
      {
        id: `${topic} ${seq}`,
        sender_id: random.pick(['ann', 'bob', 'cid', 'me']),
        content: { text },
        reactions,
        reply_to: seq > 2 && random.below(3) === 0 ? `${topic} ${seq - 2}` : null,
        edited_at: random.below(4) === 0 ? 'x' : null,
        created_at: new Date(terminal.clock.now() + seq * 3_600_000).toISOString(),
      },
      topic,
    );
  } else if (dice < 0.4 && seq > 1) {
    seqs.set(topic, seq);
    terminal.log(topic, {
      seq,
      event: 'deleted',
      payload: { seq, event_id: `e${seq}`, id: `${topic} ${random.below(seq)}` },
    });
  } else if (dice < 0.55) await terminal.type(hostileText(random, 6));
  else if (dice < 0.6) terminal.terminal.input({ type: 'paste', text: hostileText(random, 40) });
  else if (dice < 0.65) terminal.terminal.input({ type: 'focus', focused: random.below(2) === 0 });
  else if (dice < 0.7)
    terminal.terminal.input({ type: 'wheel', at: { row: 3, column: 3 }, lines: random.below(9) - 4 });
  else if (dice < 0.75) await terminal.press({ row: random.below(20), column: random.below(80) });
  else await terminal.keys(random.pick(CHORDS));
}

describe('TERM-40 the picture is whole', () => {
  test('TERM-40 whatever happens, is typed and is written by others, in every size (seeded)', async () => {
    const seed = seedOfThisRun();
    const random = seededRandom(seed);
    for (let round = 0; round < 12; round++) {
      const terminal = await hostileTerminal(random);
      const seqs = new Map<string, number>();
      const size = { columns: 80, rows: 24 };
      for (let step = 0; step < 250; step++) {
        await happen(random, terminal, seqs);
        if (random.below(3) === 0) {
          Object.assign(size, { columns: random.below(241) + 10, rows: random.below(77) + 4 });
          terminal.terminal.input({ type: 'resize', ...size });
        }
        const screen = terminal.terminal.screen();
        const fault = faultOf(screen, size);
        if (fault !== undefined) throw new Error(`seed ${seed}, round ${round}, step ${step}: ${fault}`);
      }
      await terminal.terminal.close();
    }
  }, 60_000);

  test('TERM-40 a picture without a change is the same object, and rows that did not change are', async () => {
    const { terminal, say, type } = await testTerminal({ messages: [message(1)] });
    const before = terminal.screen();
    expect(terminal.screen()).toBe(before);
    await type('x');
    const after = terminal.screen();
    const changed = after.rows.flatMap((row, index) => (row === before.rows[index] ? [] : [index]));
    expect(changed).toEqual([10]);
    say(2);
    expect(terminal.screen().rows[0]).toBe(after.rows[0] as never);
  });

  test('TERM-40 a listener hears once of all that happened since the last picture', async () => {
    const { terminal, say } = await testTerminal();
    let told = 0;
    terminal.onChange(() => told++);
    terminal.screen();
    say(1);
    say(2);
    expect(told).toBe(1);
    terminal.screen();
    say(3);
    expect(told).toBe(2);
  });

  test('TERM-40 redraw gives every row anew', async () => {
    const { terminal, keys } = await testTerminal({ messages: [message(1)] });
    const before = terminal.screen();
    await keys('ctrl+l');
    const after = terminal.screen();
    expect(after.rows.some((row, index) => row === before.rows[index])).toBe(false);
  });
});
