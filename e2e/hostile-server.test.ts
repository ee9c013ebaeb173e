import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import { startServer, type TestServer, until } from '@tpx/testkit';
import { TerminalPerson } from './terminal-person.fixture.ts';

/** A real server, of which a hostile one answers some paths instead. */
let server: TestServer;
let alice: TerminalPerson;
type Answer = (url: URL) => Response | Promise<Response>;
let lies: { path: RegExp; answer: Answer } | undefined;
const hostile = Bun.serve({
  port: 0,
  fetch: async (request) => (await lies?.answer(new URL(request.url))) ?? new Response(null, { status: 404 }),
});
let message: MessageObject;

beforeAll(async () => {
  server = await startServer();
  alice = new TerminalPerson(server, 'alice', {
    fetch(url, init) {
      const { pathname, search } = new URL(url);
      const to = lies?.path.test(pathname) ? `http://127.0.0.1:${hostile.port}${pathname}${search}` : url;
      return fetch(to, init);
    },
  });
  await alice.register();
  await alice.do('/group create Hall');
  await alice.do('hello');
  message = await alice.holds('hello');
}, 90_000);
afterAll(async () => {
  await alice[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await hostile.stop(true);
}, 60_000);

const page = (more: object) => Response.json({ has_more: true, first_seq: 1, last_seq: 9_000, ...more });
const at = (seq: number) => ({
  seq,
  event: 'message',
  payload: { seq, message: { ...message, id: `m${seq}`, seq } },
});
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const afterOf = (url: URL) => Number(url.searchParams.get('after') ?? 0);
const forEver = () =>
  new Response(
    new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_048_576).fill(0x20)) }),
  );
const huge = 'x'.repeat(6_000_000);

const EVENTS = /\/events$/;
const MESSAGES = /\/messages$/;
const attacks: [line: string, what: string, path: RegExp, answer: Answer][] = [
  ['/audit', 'a cursor that repeats', /audit/, () => Response.json({ entries: [], cursor: 'again' })],
  [
    '/audit',
    'empty pages for ever',
    /audit/,
    () => Response.json({ entries: [], cursor: crypto.randomUUID() }),
  ],
  ['/audit', 'an answer without an end', /audit/, forEver],
  ['/audit', 'another form', /audit/, () => Response.json({ entries: [{}], cursor: null })],
  ['/verify', 'more and nothing', EVENTS, () => page({ events: [] })],
  ['/verify', 'the same events again', EVENTS, () => page({ events: numbers(1, 5).map(at) })],
  [
    '/verify',
    'events out of order',
    EVENTS,
    (url) => page({ events: [at(afterOf(url) + 2), at(afterOf(url) + 1)] }),
  ],
  ['/verify all', 'an answer without an end', EVENTS, forEver],
  [
    '/verify all',
    'events for ever, of six megabytes each',
    EVENTS,
    (url) => {
      const event = at(afterOf(url) + 1);
      event.payload.message.content = { text: huge };
      return page({ events: [event] });
    },
  ],
  ['/export', 'more and nothing', MESSAGES, () => page({ messages: [] })],
  ['/export', 'the same page again', MESSAGES, () => page({ messages: [{ ...message, seq: 1 }] })],
  ['/search hello', 'a body that is cut', /search/, () => new Response('{"messages": [')],
  ['/search hello', 'an answer without an end', /search/, forEver],
  [
    '/receipts',
    'numbers below nothing',
    /receipts/,
    () => Response.json({ delivered: -1, read: 0, of: 1, members: [], cursor: null }),
  ],
];

describe('TERM-30 a hostile server', () => {
  for (const [line, what, path, answer] of attacks)
    test(`TERM-30 ${line} ends in a sentence: ${what}`, async () => {
      lies = { path, answer };
      try {
        const sentence = await alice.refused(line);
        expect(sentence).toMatch(/^[A-Z].*\.$/s);
        expect(sentence).not.toContain('Something went wrong here');
      } finally {
        lies = undefined;
      }
    }, 30_000);

  test('TERM-30 and afterwards all of it works', async () => {
    expect(await alice.do('/audit')).toMatchObject({ broken_at: null });
    expect(await alice.do('/verify')).toMatchObject({ differences: [] });
    await until(() => alice.current?.joined, { what: 'the connection' });
  });
});
