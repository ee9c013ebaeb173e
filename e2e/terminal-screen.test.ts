import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Client, MemoryStorage } from '@tpx/sdk';
import { createTerminal, DEFAULT_PREFERENCES, type Ports, type Terminal } from '@tpx/terminal';
import { startServer, TEST_PASSWORD, type TestServer, until } from '@tpx/testkit';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
}, 90_000);
afterAll(() => server[Symbol.asyncDispose](), 60_000);

type Seat = Awaited<ReturnType<typeof sitDown>>;

/** Somebody at a terminal of 80 x 20 who has just registered, with keys and eyes. */
async function sitDown(name: string, storage = new MemoryStorage()) {
  const calls: string[] = [];
  const username = `${name}-${crypto.randomUUID().slice(0, 8)}`;
  const client = new Client({ serverUrl: server.url, storage });
  const terminal = createTerminal({
    client,
    storage,
    ports: portsOf(calls),
    preferences: DEFAULT_PREFERENCES,
    size: { columns: 80, rows: 20 },
    deviceName: 'test',
    serverName: server.url,
  });
  await terminal.start();
  return { username, client, terminal, storage, calls };
}

function portsOf(calls: string[]): Ports {
  return {
    clipboard: { write: () => Promise.resolve() },
    links: { open: () => Promise.resolve() },
    notify: ({ title, body }) => void calls.push(`${title}: ${body}`),
    files: { write: () => Promise.resolve(''), list: () => Promise.resolve([]) },
    editor: { edit: () => Promise.resolve(undefined) },
    preferences: { save: () => Promise.resolve() },
    suspend: () => undefined,
    exit: () => undefined,
  };
}

function press(terminal: Terminal, ...chords: string[]): void {
  for (const chord of chords) {
    const parts = chord === '+' ? ['+'] : chord.split('+');
    const name = parts.at(-1) ?? '';
    const has = (modifier: string) => parts.slice(0, -1).includes(modifier);
    terminal.input({ type: 'key', key: { name, ctrl: has('ctrl'), alt: has('alt'), shift: has('shift') } });
  }
}

function enter({ terminal }: Seat, line: string): void {
  for (const name of line)
    terminal.input({ type: 'key', key: { name, ctrl: false, alt: false, shift: false } });
  press(terminal, 'enter');
}

const screenOf = ({ terminal }: Pick<Seat, 'terminal'>) =>
  terminal
    .screen()
    .rows.map((row) =>
      row
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n');

const shows = (seat: Pick<Seat, 'terminal'>, pattern: RegExp) =>
  until(() => pattern.exec(screenOf(seat))?.[0], { what: `${pattern} on the screen` }).catch(
    (error: Error) => {
      throw new Error(`${error.message}\n${screenOf(seat)}`);
    },
  );

async function register(seat: Seat): Promise<void> {
  enter(seat, `/register ${seat.username}`);
  await shows(seat, /password \(at least/);
  enter(seat, TEST_PASSWORD);
  await shows(seat, /once more/);
  enter(seat, TEST_PASSWORD);
  await shows(seat, /Welcome/);
  await shows(seat, /online · WebSocket/);
}

async function twoInADm(): Promise<[alice: Seat, bob: Seat]> {
  const alice = await sitDown('alice');
  const bob = await sitDown('bob');
  await Promise.all([register(alice), register(bob)]);
  enter(alice, `/dm ${bob.username}`);
  await shows(alice, new RegExp(` ${bob.username} .*here`));
  return [alice, bob];
}

describe('TERM-40 TERM-42 TERM-58 TERM-59 the terminal on a real server', () => {
  test('TERM-58 two people talk: sending becomes R, unread is counted, a bell rings, reading ends it', async () => {
    const [alice, bob] = await twoInADm();
    enter(alice, 'are you there?');
    await shows(bob, /2 alice-\S+ 1/);
    await shows(alice, /are you there\? {2}D/);
    await until(() => bob.calls.length > 0, { what: 'a bell' });
    expect(bob.calls).toEqual([`${alice.username}: are you there?`]);
    press(bob.terminal, 'alt+a');
    await shows(bob, /are you there\?/);
    await shows(alice, /are you there\? {2}R/);
    enter(bob, 'yes');
    await shows(alice, /│ yes/);
    bob.terminal.input({ type: 'key', key: { name: 'x', ctrl: false, alt: false, shift: false } });
    await shows(alice, new RegExp(`${bob.username} is typing…`));
    await Promise.all([alice.terminal.close(), bob.terminal.close()]);
  }, 60_000);

  test('TERM-48 picked out by keys, a message is answered, reacted to, edited and deleted', async () => {
    const [alice, bob] = await twoInADm();
    enter(alice, 'frist');
    await shows(bob, /2 alice-\S+ 1/);
    press(bob.terminal, 'alt+2', 'alt+up', 'r');
    enter(bob, 'first?');
    await shows(alice, /↳ alice-\S+: frist/);
    press(bob.terminal, 'alt+up', 'alt+up', '+');
    enter(bob, ':tada:');
    await shows(alice, /│ 🎉/);
    press(alice.terminal, 'alt+up', 'alt+up', 'e', ...Array(5).fill('backspace'));
    enter(alice, 'first');
    await shows(bob, /first \(edited\)/);
    press(alice.terminal, 'alt+up', 'alt+up', 'd', 'y');
    await shows(bob, /\(deleted\)/);
    await Promise.all([alice.terminal.close(), bob.terminal.close()]);
  }, 60_000);

  test('TERM-60 a group has its members beside it, as they come and go', async () => {
    const [alice, bob] = await twoInADm();
    enter(alice, '/group create Hall');
    await shows(alice, / Hall .*1 member, 1 here/);
    enter(alice, `/add ${bob.username}`);
    await shows(alice, / ● bob-/);
    await shows(alice, / ●~alice-/);
    await shows(bob, /3 Hall/);
    await bob.terminal.close();
    await shows(alice, / ○ bob-/);
    enter(alice, `/kick ${bob.username}`);
    await shows(alice, / Hall .*1 member, 1 here/);
    await alice.terminal.close();
  }, 60_000);

  test('TERM-59 without a network it starts with what there was, and sends what is written when the server is back', async () => {
    const [alice, bob] = await twoInADm();
    enter(alice, 'before');
    await shows(alice, /before {2}D/);
    await alice.terminal.close();
    await server.kill();
    const again = { ...alice, ...(await reopened(alice)) };
    await shows(again, /before/);
    enter(again, 'while away');
    await shows(again, /while away {2}sending/);
    await shows(again, /no connection/);
    await server.start();
    await shows(again, /while away {2}D/);
    press(bob.terminal, 'alt+2');
    await shows(bob, /while away/);
    expect(screenOf(bob).match(/while away/g)).toHaveLength(1);
    await Promise.all([again.terminal.close(), bob.terminal.close()]);
  }, 90_000);

  test('TERM-43 scrolling up brings history that this device does not hold', async () => {
    const [alice, bob] = await twoInADm();
    const dm = alice.client.conversations[0];
    for (let number = 1; number <= 120; number++) await dm?.sendText(`number ${number}.`);
    await shows(alice, /number 120\. {2}D/);
    const second = await reopened({ ...alice, storage: new MemoryStorage() });
    const seat = { ...alice, ...second };
    enter(seat, `/login ${alice.username}`);
    await shows(seat, /password:/);
    enter(seat, TEST_PASSWORD);
    await shows(seat, /2 bob-/);
    press(seat.terminal, 'alt+2');
    await shows(seat, /number 120\./);
    await until(
      () => {
        press(seat.terminal, 'pageup');
        return screenOf(seat).includes('number 1.');
      },
      { what: 'the first message' },
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${screenOf(seat)}`);
    });
    await Promise.all([alice, bob, seat].map(({ terminal }) => terminal.close()));
  }, 60_000);
});

/** The same account at another terminal, or at the same one after a restart. */
async function reopened({ storage, calls }: Pick<Seat, 'storage' | 'calls'>) {
  const client = new Client({ serverUrl: server.url, storage });
  const terminal = createTerminal({
    client,
    storage,
    ports: portsOf(calls),
    preferences: DEFAULT_PREFERENCES,
    size: { columns: 80, rows: 20 },
    deviceName: 'test',
    serverName: server.url,
  });
  await terminal.start();
  return { client, terminal, storage };
}
