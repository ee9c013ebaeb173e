import { describe, expect, test } from 'bun:test';
import { seededRandom } from '@tpx/testkit';
import { COMMANDS } from '../commands/table.ts';
import { withCandidate } from './completion.ts';
import { questionsAt } from './question.ts';

/** `|` is the cursor. What is asked, in short: the kinds of argument, what is typed, and the part to be replaced. */
function asked(marked: string): string[] {
  const cursor = marked.indexOf('|');
  const line = marked.replace('|', '');
  return questionsAt(line, cursor, COMMANDS).map((question) => {
    const part = `${question.typed} <${line.slice(question.at.start, question.at.end)}>`;
    if (question.about === 'argument') return `${question.args.map(({ kind }) => kind).join('+')} ${part}`;
    return question.about === 'text' ? `text${question.isFirst ? ' first' : ''} ${part}` : `command ${part}`;
  });
}

describe('TERM-24 what Tab is asked for', () => {
  test('TERM-24 commands of one word and of two', () => {
    expect(asked('/|')).toEqual(['command  <>']);
    expect(asked('/hi|')).toEqual(['command hi <hi>']);
    expect(asked('/group  cr|')).toEqual(['command group cr <group  cr>']);
    expect(asked('/hi|story 3')).toEqual(['command hi <hi>']);
    expect(asked('/ x|')).toEqual([]);
  });

  test('TERM-24 the argument at the cursor, quoted or not, and what may stand there instead', () => {
    expect(asked('/ban bo|b spam')).toEqual(['command ban bo <ban bo>', 'user bo <bo>']);
    expect(asked('/tell "The lo|')).toEqual(['conversation The lo <"The lo>']);
    expect(asked('/open The lo|')).toEqual(['conversation The lo <The lo>']);
    expect(asked('/react |')).toEqual(['command react  <react >', 'emoji+message  <>']);
    expect(asked('/react #1 :ta|')).toEqual(['emoji :ta <:ta>']);
    expect(asked('/group set access in|')).toEqual(['word in <in>']);
    expect(asked('/delete #1 |')).toEqual([]);
  });

  test('TERM-24 a word of a text, and a reference where one may come before it', () => {
    expect(asked('bo|')).toEqual(['text first bo <bo>']);
    expect(asked('hi @bo|b!')).toEqual(['text @bo <@bo>']);
    expect(asked('//bo|')).toEqual(['text first bo <bo>']);
    expect(asked('/msg hi bo|')).toEqual(['text bo <bo>']);
    expect(asked('/reply #1|')).toEqual([
      'command reply #1 <reply #1>',
      'text first #1 <#1>',
      'message #1 <#1>',
    ]);
    expect(asked('/reply #12 bo|')).toEqual(['text first bo <bo>']);
  });

  test('TERM-24 any line and cursor: what is replaced is in the line, and ends at the cursor', () => {
    const random = seededRandom(24);
    const bits = [
      '/',
      '//',
      'group',
      ' ',
      'create',
      'reply',
      '#1',
      '@bo',
      '"',
      '\\',
      'dm',
      ':sm',
      '\n',
      '😄',
      'react',
    ];
    for (let round = 0; round < 5_000; round++) {
      const line = Array.from({ length: random.below(8) }, () => random.pick(bits)).join('');
      const cursor = random.below(line.length + 1);
      for (const { at } of questionsAt(line, cursor, COMMANDS)) {
        expect([at.start <= at.end, at.end]).toEqual([true, cursor]);
        expect(at.start).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

test('TERM-24 a candidate takes the place, with one space behind, and the cursor goes there', () => {
  const completion = { at: { start: 4, end: 6 }, candidates: [] };
  const put = (line: string, text: string, open?: true) => {
    const after = withCandidate(line, completion, { text, label: text, ...(open && { open }) });
    return `${after.text.slice(0, after.cursor)}|${after.text.slice(after.cursor)}`;
  };
  expect(put('/dm bo', 'bob')).toBe('/dm bob |');
  expect(put('/dm bo hi', 'bob')).toBe('/dm bob |hi');
  expect(put('/up ph', 'photos/', true)).toBe('/up photos/|');
});
