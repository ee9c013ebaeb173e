import { expect, test } from 'bun:test';
import { message, testTerminal } from './terminal.fixture.ts';

const gone = (seq: number, text: string) => ({
  message: message(seq, { id: `gone ${seq}`, content: { text } }),
  after: 2,
});

test('TERM-41 what the server does not have any more stands where it stood, marked, and counts nowhere', async () => {
  const { lines, client } = await testTerminal({
    columns: 76,
    rows: 12,
    messages: [1, 2, 3, 4].map((seq) => message(seq)),
    readSeq: 2,
    gone: [gone(3, 'lost 3'), gone(4, 'lost 4')],
  });
  const said = lines()
    .map((line) => /(?:text|lost) \d.*/.exec(line)?.[0])
    .filter((line) => line !== undefined);
  const mark = '  gone: not on the server any more';
  expect(said).toEqual(['text 1', 'text 2', `lost 3${mark}`, `lost 4${mark}`, 'text 3', 'text 4']);
  expect(client.conversations[0]?.messages).toHaveLength(4);
});
