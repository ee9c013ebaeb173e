import { describe, expect, test } from 'bun:test';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createPerson, startServer, TEST_PASSWORD, until } from '@tpx/testkit';
import { type CliHome, cliHome, cliHomeOfThisFile, jsonCli, runCli, runCliUnread } from './cli.fixture.ts';
import { serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();
const home = await cliHomeOfThisFile();

const at = (profile: string) => ['--server', server.url, '-P', profile];
const without = (lines: string[]) => lines.map((line) => line.replace(/\d\d:\d\d/g, 'HH:MM'));

describe('TERM-84 the line client on a pipe', () => {
  test('TERM-84 register, talk, and the next run goes on where this one ended', async () => {
    const bob = await runCli(home, at('bob'), [`/register bob-pipe ${TEST_PASSWORD}`]);
    expect(bob.code).toBe(0);
    const alice = await runCli(
      home,
      [...at('alice'), 'register', 'alice-pipe', TEST_PASSWORD],
      ['/dm bob-pipe', 'hello bob', '/receipts'],
    );
    expect(without(alice.lines)).toContain('HH:MM alice-pipe: hello bob  sent');
    expect(alice.lines).toContain('delivered to 0 of 1, read by 0');

    const again = await runCli(home, ['-P', 'bob'], ['/open alice', 'hello alice', '/history']);
    expect(again.code).toBe(0);
    expect(again.errors).toBe('');
    expect(without(again.lines).slice(-2)).toEqual([
      '#1 HH:MM alice-pipe: hello bob',
      '#2 HH:MM bob-pipe: hello alice',
    ]);

    // No /open: the conversation of the last run is the open one.
    const third = await runCli(home, ['-P', 'alice'], ['/receipts']);
    expect(without(third.lines)).toContain('HH:MM bob-pipe: hello alice');
    // Marks are stored once a second.
    await until(
      async () =>
        (await runCli(home, ['-P', 'alice'], ['/receipts'])).lines.includes('delivered to 1 of 1, read by 1'),
      { what: 'the marks of bob' },
    );
  }, 60_000);

  test('TERM-84 a group: create, add, invite, join, who, leave', async () => {
    await runCli(home, at('cid'), [`/register cid-pipe ${TEST_PASSWORD}`]);
    const made = await runCli(
      home,
      ['-P', 'alice'],
      ['/group create The Hall', '/add bob-pipe', '/invite', '/who'],
    );
    expect(without(made.lines)).toContain('HH:MM * alice-pipe added bob-pipe.');
    expect(made.lines).toContain('  ● alice-pipe (owner)');
    expect(made.lines).toContain('  ○ bob-pipe');
    const invite = made.lines.find((line) => line.startsWith('Others come in with: '))?.split(': ')[1] ?? '';
    const joined = await runCli(home, ['-P', 'cid'], [invite, 'here I am', '/leave']);
    expect(without(joined.lines)).toContain('HH:MM cid-pipe: here I am  sent');
    const seen = await runCli(home, ['-P', 'alice'], ['/history']);
    expect(without(seen.lines)).toContain('HH:MM * cid-pipe joined.');
    expect(without(seen.lines)).toContain('HH:MM * cid-pipe left.');
  }, 60_000);

  test('TERM-80 names and texts of others reach the terminal without a control character', async () => {
    const mallory = await createPerson(server, 'mallory');
    const alice = await mallory.api.call<{ user: { id: string } }>('GET', '/users/alice-pipe');
    const dm = await mallory.api.call<{ dm: { id: string } }>('POST', '/dms', {
      user_id: alice.body.user.id,
    });
    const text = 'look\u001b[2J\u009b31m \u202egnp.exe\nHH:MM bob-pipe: forged';
    await mallory.api.call('POST', '/messages/send', {
      dm_id: dm.body.dm.id,
      type: 'text',
      content: { text },
    });
    const { output, lines } = await runCli(home, ['-P', 'alice'], [`/open ${mallory.username}`]);
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(lines.some((line) => line.startsWith('HH:MM bob-pipe'))).toBe(false);
  }, 60_000);

  test('TERM-85 mistakes are answered by sentences, and the client goes on', async () => {
    const { lines, code } = await runCli(
      home,
      ['-P', 'alice'],
      ['/nonsense', '/dm nobody-by-that-name', '/dm alice-pipe', '/join xyz', '/history x', '/help'],
    );
    expect(code).toBe(0);
    expect(lines).toContain('There is no command /nonsense. /help lists them all.');
    expect(lines).toContain('That is you. Name somebody else.');
    expect(lines.some((line) => line.startsWith('“xyz” is not the id of a group.'))).toBe(true);
    expect(lines.some((line) => line.startsWith('<n> is a whole number'))).toBe(true);
    expect(lines.some((line) => line.startsWith('/dm <user>'))).toBe(true);
  }, 60_000);

  test('TERM-85 a server that is not there, a wrong option, a profile of another server', async () => {
    const alone = await runCli(
      home,
      ['--server', 'http://127.0.0.1:9', '-P', 'lost'],
      ['/login alice-pipe whatever-it-is'],
    );
    expect(alone.lines.at(-1)).toBe(
      'The server cannot be reached. Check the address of the server and that it runs.',
    );
    expect(await runCli(home, ['--bogus'])).toMatchObject({ code: 2, output: '' });
    const words = await runCli(home, ['--json', '-P', 'lost', 'groups']);
    expect(words.code).toBe(2);
    expect(words.output).toContain('With --json commands are lines of the input');
    const short = await runCli(home, ['-P', 'lost'], ['/register somebody short']);
    expect(short.lines.at(-1)).toBe('A password has at least 10 characters.');
    const other = await runCli(home, ['--server', 'http://127.0.0.1:9', '-P', 'alice']);
    expect(other).toMatchObject({ code: 2 });
    expect(other.errors).toContain('is signed in at');
  }, 60_000);

  test('TERM-83 signing in at the start that fails ends in code 1', async () => {
    const taken = await runCli(home, [...at('other'), 'register', 'alice-pipe', TEST_PASSWORD]);
    expect(taken.code).toBe(1);
    expect(taken.lines.at(-1)).toMatch(/alice-pipe|taken/);
  }, 60_000);

  test('TERM-91 what is kept is readable by its owner only, and signing out removes it', async () => {
    const folder = join(home.folder, 'data', 'tpx', 'cid');
    expect((await stat(join(folder, 'ktokens'))).mode & 0o777).toBe(0o600);
    await runCli(home, ['-P', 'cid'], ['/logout']);
    expect(await readdir(folder)).toEqual([]);
  }, 60_000);
});

test('TERM-92 each account has its profile, and one program at a time has it open', async () => {
  await using home = await cliHome();
  const names = ['ann', 'ben', 'cas', 'dot'].map((name) => `${name}-${crypto.randomUUID().slice(0, 8)}`);
  for (const name of names) {
    const { code } = await runCli(home, ['--server', server.url, 'register', name, 'correct horse battery']);
    expect(code).toBe(0);
    // The one that was used last is opened, however soon its program ended.
    expect((await runCli(home, [], ['/groups'])).output).toContain(name);
  }
  const [ann = ''] = names;
  expect((await runCli(home, ['-P', ann], ['/groups'])).output).toContain(ann);
  expect((await runCli(home, ['-P', ann], ['/login ben wrong'])).output).toContain(
    `You are signed in as ${ann}`,
  );
  const open = jsonCli(home, ['-P', ann]);
  await open.command('groups');
  const second = await runCli(home, ['-P', ann], ['/groups']);
  expect(second.code).toBe(2);
  expect(second.errors).toContain('is open in another terminal');
  await open.end();
  expect((await runCli(home, ['-P', ann], ['/groups'])).code).toBe(0);
});

describe('TERM-83 one command and its exit code', () => {
  const send = (home: CliHome, args: string[], lines: string[] = []) =>
    runCli(home, ['-P', 'sender', ...args], lines);

  test('TERM-83 a message is sent to a name, also from the input, and 0 means that the server has it', async () => {
    await runCli(home, [...at('sender'), 'register', 'sender-pipe', TEST_PASSWORD]);
    const reader = await createPerson(server, 'reader');
    expect(await send(home, ['send', reader.username, 'on', 'my', 'way'])).toMatchObject({
      code: 0,
      errors: '',
    });
    expect(await send(home, ['send', reader.username], ['from', 'a pipe'])).toMatchObject({ code: 0 });
    const { output } = await send(home, ['history', '2']);
    expect(without(output.split('\n'))).toEqual([
      '#1 HH:MM sender-pipe: on my way',
      '#2 HH:MM sender-pipe: from ⏎ a pipe',
      '',
    ]);
  }, 60_000);

  test('TERM-83 what is asked wrongly is 2, what is refused is 1, and neither says it worked', async () => {
    expect(await send(home, ['nonsense'])).toMatchObject({ code: 2, output: '' });
    expect(await send(home, ['send', 'nobody-at-all', 'hello'])).toMatchObject({ code: 2, output: '' });
    expect(await send(home, ['send'])).toMatchObject({ code: 2, output: '' });
    expect(await send(home, ['history', 'x'])).toMatchObject({ code: 2, output: '' });
    expect(await send(home, ['dm', 'nobody-at-all'])).toMatchObject({ code: 1, output: '' });
    expect(await runCli(home, ['-P', 'stranger', 'send', 'x', 'y'])).toMatchObject({ code: 1, output: '' });
  }, 60_000);
});

test('TERM-83 a message that cannot be sent now is kept, and that is no success', async () => {
  await using home = await cliHome();
  await using server = await startServer();
  const args = ['--server', server.url, '-P', 'ann'];
  await runCli(home, [...args, 'register', 'ann-kept', TEST_PASSWORD]);
  const reader = await createPerson(server, 'reader');
  await runCli(home, [...args, 'dm', reader.username]);
  await server.kill();
  const kept = await runCli(home, [...args, 'send', reader.username, 'later']);
  expect(kept).toMatchObject({ code: 1, output: '' });
  expect(kept.errors).toContain('It is kept');
  await server.start();
  expect(await runCli(home, [...args, 'groups'])).toMatchObject({ code: 0 });
  const history = await runCli(home, [...args, 'history']);
  expect(history.output).toContain('later');
}, 60_000);

test('TERM-99 a server on another machine without TLS is warned of, one here or with TLS is not', async () => {
  await using home = await cliHome();
  const warned = async (server: string) => {
    const { errors, output } = await runCli(home, ['--server', server, '-P', 'far'], ['/quit']);
    expect(output).not.toContain('Warning');
    return errors.includes('the way to tpx.invalid is not encrypted');
  };
  expect(await warned('http://tpx.invalid')).toBe(true);
  expect(await warned('https://tpx.invalid')).toBe(false);
  expect(await warned('http://localhost:1')).toBe(false);
}, 60_000);

test('TERM-86 a client whose output nobody reads any more ends by itself, without a stack', async () => {
  for (const face of ['--linear', '--json'])
    expect(await runCliUnread(home, [...at('unread'), face])).toEqual({ errors: '' });
}, 30_000);
