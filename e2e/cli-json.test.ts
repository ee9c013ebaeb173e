import { describe, expect, test } from 'bun:test';
import { TEST_PASSWORD } from '@tpx/testkit';
import { cliHomeOfThisFile, type JsonEvent, jsonCli } from './cli.fixture.ts';
import { serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();
const home = await cliHomeOfThisFile();

const at = (profile: string) => ['--server', server.url, '-P', profile];
const textOf = (event: JsonEvent) =>
  (event.message as { content: { text?: string } } | undefined)?.content.text;
const isMessage = (text: string) => (event: JsonEvent) => event.event === 'message' && textOf(event) === text;

describe('TERM-82 --json', () => {
  test('TERM-82 two scripts talk: commands are answered, messages and ladders come as events', async () => {
    const [alice, bob] = [jsonCli(home, at('alice')), jsonCli(home, at('bob'))];
    for (const [who, name] of [
      [alice, 'alice-json'],
      [bob, 'bob-json'],
    ] as const) {
      expect(await who.command('register', { username: name, password: TEST_PASSWORD })).toMatchObject({
        ok: true,
      });
    }
    const dm = await alice.command('dm', { user: 'bob-json' });
    const { topic } = dm.data as { topic: string };
    const sent = await alice.command('msg', { text: 'hello' });
    const { client_id } = sent.data as { client_id: string };
    await alice.when(
      'the acknowledgement',
      (event) => event.client_id === client_id && event.state === 'sent',
    );
    await bob.when('the message at bob', isMessage('hello'));
    await alice.when('D', (event) => event.event === 'ladder' && event.state === 'delivered');
    expect(await bob.command('open', { conversation: topic })).toMatchObject({ ok: true });
    expect(await bob.command('read')).toMatchObject({ ok: true, data: { topic, read_seq: 1 } });
    await alice.when('R', (event) => event.event === 'ladder' && event.state === 'read');
    expect(await bob.command('history', { n: 5 })).toMatchObject({
      ok: true,
      data: { messages: [{ seq: 1 }] },
    });
    expect([await alice.end(), await bob.end()]).toEqual([0, 0]);
  }, 60_000);

  test('TERM-82 over a kill of the server nothing is lost, and a killed client sends its outbox the next time', async () => {
    const [alice, bob] = [jsonCli(home, at('alice')), jsonCli(home, at('bob'))];
    await Promise.all([alice, bob].map((who) => who.when('online', (event) => event.state === 'online')));
    await server.kill();
    await alice.command('msg', { text: 'written while the server was down' });
    await bob.when('the loss to be noticed', (event) => event.state === 'waiting');
    await server.start();
    await bob.when('the message', isMessage('written while the server was down'));

    await server.kill();
    expect(await alice.command('msg', { text: 'from a client that was killed' })).toMatchObject({ ok: true });
    alice.kill();
    await alice.exited;
    await server.start();
    const again = jsonCli(home, at('alice'));
    await bob.when('the message of the killed client', isMessage('from a client that was killed'));
    expect(bob.events.filter((event) => event.event === 'message')).toHaveLength(2);
    expect([await again.end(), await bob.end()]).toEqual([0, 0]);
  }, 90_000);

  test('TERM-82 what is wrong with a line is an answer, not an end', async () => {
    const alice = jsonCli(home, at('alice'));
    expect(await alice.command('nonsense')).toMatchObject({ ok: false, error: { code: 'usage' } });
    expect(await alice.command('dm')).toMatchObject({ ok: false, error: { code: 'usage' } });
    expect(await alice.command('dm', { user: 'nobody-at-all' })).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    });
    expect(await alice.command('groups')).toMatchObject({ ok: true });
    expect(await alice.end()).toBe(0);
  }, 60_000);

  test('TERM-82 themes and keys are data, and there without a picture', async () => {
    const alice = jsonCli(home, at('alice'));
    expect(await alice.command('theme')).toMatchObject({
      data: { theme: 'terminal-dark', themes: expect.arrayContaining(['monochrome']) },
    });
    expect(await alice.command('keys')).toMatchObject({
      data: {
        preset: 'weechat',
        bindings: expect.arrayContaining([{ keys: 'Ctrl+q', does: 'Quit', on: 'always' }]),
      },
    });
    expect(await alice.end()).toBe(0);
  }, 60_000);

  test('TERM-86 SIGTERM ends it cleanly', async () => {
    const alice = jsonCli(home, at('alice'));
    await alice.when('online', (event) => event.state === 'online');
    alice.terminate();
    expect(await alice.exited).toBe(0);
    expect(alice.events.at(-1)).toEqual({ event: 'bye', unsent: 0 });
  }, 60_000);
});
