import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import { startServer, type TestServer, until } from '@tpx/testkit';
import { online } from './sdk.fixture.ts';
import { TerminalPerson } from './terminal-person.fixture.ts';

let server: TestServer;
let alice: TerminalPerson;
let bob: TerminalPerson;
beforeAll(async () => {
  server = await startServer();
  alice = await new TerminalPerson(server, 'alice').register();
  bob = await new TerminalPerson(server, 'bob').register();
  await alice.do('/group create Hall');
  await alice.do(`/add ${bob.username}`);
  await until(() => bob.client.conversations[0]?.joined, { what: 'the group at bob' });
  await bob.do('/open Hall');
  for (const [person, other, text] of [
    [alice, bob, 'one'],
    [bob, alice, 'two'],
    [alice, bob, 'three'],
    [bob, alice, 'four'],
  ] as const) {
    await person.do(text);
    await other.holds(text);
  }
}, 90_000);
afterAll(async () => {
  await Promise.all([alice, bob].map((person) => person[Symbol.asyncDispose]()));
  await server[Symbol.asyncDispose]();
}, 60_000);

type Held = { messages: { message: MessageObject; asOf: number }[] };

/** Alters what the device of somebody has stored, as a fault of ours would. */
async function tamper(person: TerminalPerson, alter: (held: Held) => void): Promise<void> {
  const topic = person.current?.topic;
  await person.client.close();
  const key = `conversation/${topic}`;
  const held = JSON.parse((await person.storage.get(key)) ?? '') as Held;
  alter(held);
  await person.storage.set(key, JSON.stringify(held));
  await person.client.open();
  await online(person.client);
}
const textOf = ({ message }: Held['messages'][0]) => (message.content as { text?: string } | null)?.text;

describe('TERM-25 /verify', () => {
  test('TERM-25 what is shown otherwise, left out, or invented is told by its seq', async () => {
    const texts = ['one', 'two', 'three', 'four'];
    const [one, two, three, four] = await Promise.all(texts.map((text) => alice.holds(text)));
    await tamper(alice, (held) => {
      for (const entry of held.messages) {
        if (textOf(entry) === 'one') entry.message.content = { text: 'another' };
        if (textOf(entry) === 'three') entry.message.id = '00000000-0000-7000-8000-000000000000';
        if (textOf(entry) === 'four') entry.message.id = two?.id ?? '';
      }
      held.messages = held.messages.filter((entry) => textOf(entry) !== 'two');
    });
    const { differences } = await alice.do<{ differences: unknown }>('/verify');
    expect(differences).toEqual([
      { seq: one?.seq, what: 'is shown otherwise than it is: content' },
      { seq: three?.seq, what: 'is in the log and not shown' },
      { seq: three?.seq, what: 'is shown and not in the log' },
      { seq: four?.seq, what: 'is in the log and not shown' },
      { seq: four?.seq, what: 'is shown otherwise than it is: which message it is' },
    ]);
    expect(await alice.shown('/verify')).toContain(`#${three?.seq} is in the log and not shown`);
  });

  test('TERM-25 it holds while others write, edit, react and delete', async () => {
    await using carol = new TerminalPerson(server, 'carol');
    await carol.do(`/login ${bob.username}`);
    await carol.do('/open Hall');
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n++) {
        await bob.do(`message ${n}`);
        await bob.holds(`message ${n}`);
        await bob.do('/react 🎉');
        await bob.do(n % 3 === 0 ? '/delete' : `/edit edited ${n}`);
      }
    })();
    for (let round = 0; round < 10; round++)
      expect(await carol.do('/verify all')).toMatchObject({ differences: [] });
    writing = false;
    await writer;
  });

  test('TERM-25 messages of whom one has blocked are counted apart', async () => {
    await bob.do(`/block ${alice.username}`);
    const { hidden, differences } = await bob.do<{ hidden: number; differences: unknown[] }>('/verify all');
    expect(differences).toEqual([]);
    expect(hidden).toBeGreaterThanOrEqual(1);
    await bob.do(`/unblock ${alice.username}`);
  });

  test('TERM-25 without a connection it says that it needs one', async () => {
    await alice.client.close();
    await alice.client.open();
    expect(await alice.refused('/verify')).toBe('That asks the server, and there is no connection now.');
  });
});
