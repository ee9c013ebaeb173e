import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { LineTerminal } from '@tpx/terminal';
import { startServer, type TestServer, until } from '@tpx/testkit';
import { TerminalPerson } from './terminal-person.fixture.ts';

let server: TestServer;
let ann: TerminalPerson;
let bob: TerminalPerson;
const lines: string[] = [];
let terminal: LineTerminal;

beforeAll(async () => {
  server = await startServer();
  const come = (name: string) => new TerminalPerson(server, name).register();
  [ann, bob] = await Promise.all([come('ann'), come('bob')]);
  terminal = new LineTerminal({
    context: bob.context,
    serverName: 'the harbour',
    onLines: (told) => void lines.push(...told),
  });
  await ann.do(`/dm ${bob.username}`);
}, 90_000);
afterAll(async () => {
  await Promise.all([ann, bob].map((one) => one?.[Symbol.asyncDispose]()));
  await server?.[Symbol.asyncDispose]();
}, 60_000);

/** The first line from `from` on that fits, whatever the time is. */
const told = (line: string, from = 0) =>
  until(
    () =>
      lines
        .slice(from)
        .map((one) => one.replace(/\d\d:\d\d/, 'HH:MM'))
        .includes(line),
    { what: `“${line}” among\n${lines.join('\n')}` },
  );

describe('TERM-84 the terminal in lines, without a face', () => {
  test('TERM-84 who is signed in is told where, and what comes from elsewhere says where it is from', async () => {
    await terminal.start(false);
    expect(lines).toEqual([`Signed in as ${bob.username} at the harbour. /help lists the commands.`]);
    await ann.do('ahoy');
    await told(`[${ann.username}] HH:MM ${ann.username}: ahoy`);
  });

  test('TERM-84 an opened conversation is told with what is in it, and is read', async () => {
    const from = lines.length;
    expect(await terminal.run(`/open ${ann.username}`)).toBe(true);
    await told(`--- ${ann.username}`, from);
    await told(`HH:MM ${ann.username}: ahoy`, from);
    await until(() => ann.current?.messages.every((message) => ann.current?.ladderOf(message) === 'read'), {
      what: 'the mark R at ann',
    });
  });

  test('TERM-84 what one does oneself has its step, what others do is a sentence', async () => {
    await terminal.run('I am here');
    await told(`HH:MM ${bob.username}: I am here  sent`);
    const { id } = await ann.holds('I am here');
    await ann.current?.react(id, '👍', true);
    await told(`* ${ann.username} reacted 👍 to “I am here”`);
    await ann.do('/edit ahoy there');
    await told(`HH:MM ${ann.username} edited: ahoy there`);
    await ann.do('/delete');
    await told(`* A message of ${ann.username} was deleted.`);
    await ann.current?.markRead();
    await told('      R  I am here');
  });

  test('TERM-84 a command that fails is told and says so; themes and keys are listed without a picture', async () => {
    const from = lines.length;
    expect(await terminal.run('/nonsense')).toBe(false);
    await told('There is no command /nonsense. /help lists them all.', from);
    await terminal.run('/theme');
    await told('> terminal-dark', from);
    await terminal.run('/keys');
    expect(lines.slice(from).some((line) => /Alt\+a +The next tab where/.test(line))).toBe(true);
  });

  test('TERM-84 a connection that goes and comes is told once each way, and what waits meanwhile too', async () => {
    const from = lines.length;
    await server.kill();
    await told('* No connection. It comes back by itself; what you write is kept and sent then.', from);
    await terminal.run('kept');
    await told('… kept  (kept, and sent when the connection is back)', from);
    await server.start();
    await told('* Connected again.', from);
    await told(`HH:MM ${bob.username}: kept  sent`, from);
    expect(lines.slice(from).filter((line) => /No connection|Connected again/.test(line))).toHaveLength(2);
    await terminal.end(1);
    expect(lines.at(-1)).toBe('One message is still to be sent, and will be the next time you start.');
  }, 60_000);
});
