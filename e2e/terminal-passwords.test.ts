import { expect, test } from 'bun:test';
import { serverOfThisFile } from './server.fixture.ts';
import { TerminalPerson } from './terminal-person.fixture.ts';

const server = await serverOfThisFile();

test('TERM-64 a password that is refused, too short or mistyped is asked for again, never left to be a message', async () => {
  await using carol = new TerminalPerson(server, 'carol');
  const chosen = 'seven grey whales dancing';
  carol.answers.secrets = [
    'short',
    // Ten units of UTF-16: the server counts characters.
    '🦊🐳🦉🌵🍋',
    'x'.repeat(257),
    'password123',
    'password123',
    chosen,
    'seven gray whales',
    chosen,
    chosen,
  ];
  expect(await carol.shown(`/register ${carol.username}`)).toContain('Welcome');
  const [name, again] = ['password (at least 10 characters): ', 'password (once more): '];
  expect(carol.did.questions).toEqual([name, name, name, name, again, name, again, name, again]);
  expect(carol.did.errors).toEqual([
    'A password has at least 10 characters.',
    'A password has at least 10 characters.',
    'That is too long: a password has at most 256 characters.',
    expect.stringContaining('would be guessed soon'),
    'The two are not the same.',
  ]);

  carol.did.questions.length = 0;
  carol.did.errors.length = 0;
  const next = 'eight blue herons waiting';
  carol.answers.secrets = ['c'.repeat(300), 'not the current', chosen, chosen, chosen, next, next];
  expect(await carol.shown('/password')).toContain('Your password is changed.');
  const [current, fresh, freshAgain] = ['current: ', `new${name.slice(8)}`, 'new (once more): '];
  expect(carol.did.questions).toEqual([current, current, fresh, freshAgain, current, fresh, freshAgain]);
  expect(carol.did.errors).toEqual([
    'That is too long: a password has at most 256 characters.',
    'The current password is wrong, so nothing was changed.',
    'new: that is the current password. Choose another.',
  ]);

  for (const [typed, wrong] of [
    ['short', 'at least 10'],
    ['x'.repeat(257), 'at most 256'],
  ])
    expect(await carol.refused(`/password "${next}" ${typed}`)).toContain(wrong as string);

  await using other = new TerminalPerson(server, 'other');
  other.answers.secrets = ['wrong', next];
  expect(await other.shown(`/login ${carol.username}`)).toBe(`Signed in as ${carol.username}.`);
  carol.answers.secrets = ['wrong', ''];
  expect(await carol.refused('/delete-account')).toBe('Nothing was done.');
  carol.answers.secrets = ['wrong', next];
  expect(await carol.shown('/delete-account')).toContain('is deleted');
});
