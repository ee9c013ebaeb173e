import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { Refusal } from '@tpx/protocol';
import { messageAt, messageEvent } from '../conversation/message.fixture.ts';
import { resolvePlatform, systemClock } from '../platform.ts';
import { createRest } from '../rest/rest.ts';
import { NetworkError } from '../trouble.ts';
import { TAKEN } from './limits.ts';
import { eachPage, PageWalk } from './page-walk.ts';

const MIB = 1_048_576;
let answer: (request: Request) => Response;
/** What the hostile server was able to get rid of. */
let pulled = 0;
const tokensSeenElsewhere: (string | null)[] = [];
beforeEach(() => {
  pulled = 0;
  tokensSeenElsewhere.length = 0;
});
const hostile = Bun.serve({ port: 0, idleTimeout: 30, fetch: (request) => answer(request) });
const elsewhere = Bun.serve({
  port: 0,
  fetch(request) {
    tokensSeenElsewhere.push(request.headers.get('authorization'));
    return Response.json({ sessions: [] });
  },
});
afterAll(() => Promise.all([hostile.stop(true), elsewhere.stop(true)]));

const tokens = { token: async () => 'secret', replace: async () => 'secret' };
const rest = createRest(`http://127.0.0.1:${hostile.port}`, resolvePlatform({}), tokens);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    (value) => Promise.reject(new Error(`it was taken: ${JSON.stringify(value).slice(0, 200)}`)),
    (error: unknown) => error as Error,
  );
async function isRefusedBadAnswer(promise: Promise<unknown>): Promise<void> {
  const error = await failure(promise);
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({ trouble: 'bad_answer' });
  expect(error.message).toMatch(/[.?)]$/);
}

/** A body that never ends, a mebibyte at a time. */
function endless(chunk: Uint8Array, headers: Record<string, string> = {}): Response {
  const stream = new ReadableStream({
    pull(controller) {
      pulled += chunk.length;
      if (pulled > 1_200 * MIB) controller.close();
      else controller.enqueue(chunk);
    },
  });
  return new Response(stream, { headers });
}

describe('SDK-18 a hostile or broken server', () => {
  test('SDK-18 an answer without an end is cut at the limit, and the rest of it is not read', async () => {
    answer = () => endless(new Uint8Array(MIB).fill(0x20));
    await isRefusedBadAnswer(rest.auth.sessions());
    expect(pulled).toBeLessThan(100 * MIB);
  });

  test('SDK-18 a small body that unpacks to a large one is cut as well', async () => {
    const bomb = gzipSync(Buffer.alloc(400 * MIB, ' '));
    expect(bomb.length).toBeLessThan(MIB);
    const before = process.memoryUsage().rss;
    answer = () => new Response(bomb, { headers: { 'content-encoding': 'gzip' } });
    await isRefusedBadAnswer(rest.auth.sessions());
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MIB);
  });

  test('SDK-18 a length that is announced beyond the limit is not waited for', async () => {
    answer = () => new Response(new Uint8Array(TAKEN.answerMaxBytes + 1));
    await isRefusedBadAnswer(rest.auth.sessions());
  });

  for (const status of [301, 302, 303, 307, 308])
    test(`SDK-18 a redirect (${status}) is not followed: the token stays here`, async () => {
      const location = `http://localhost:${elsewhere.port}/auth/sessions`;
      answer = () => new Response(null, { status, headers: { location } });
      await isRefusedBadAnswer(rest.auth.sessions());
      expect(tokensSeenElsewhere).toEqual([]);
    });

  test('SDK-18 an answer that trickles in ends with the time-out', async () => {
    answer = () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            controller.enqueue(new Uint8Array([0x20]));
            await Bun.sleep(20);
          },
        }),
      );
    // The call's 15 s, as a clock of this test has them.
    const hasty = { ...systemClock, after: (_ms: number, run: () => void) => systemClock.after(300, run) };
    const slow = createRest(`http://127.0.0.1:${hostile.port}`, resolvePlatform({ clock: hasty }), tokens);
    expect(await failure(slow.auth.sessions())).toMatchObject({ trouble: 'timeout' });
  });

  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const bodies: Record<string, string> = {
    'nothing where something is due': '',
    'no JSON': '{"sessions": [',
    'a web page': '<h1>It works!</h1>',
    'another kind of value': '[1,2,3]',
    null: 'null',
    'a field of another kind': '{"sessions": 5}',
    'an entry of another kind': '{"sessions": [null]}',
    'deep nesting': `{"sessions": ${'['.repeat(300_000)}${']'.repeat(300_000)}}`,
    'deep objects': `{"sessions": [], "more": ${nested(100_000)}}`,
    'a number that is none': '{"sessions": NaN}',
  };
  for (const [what, body] of Object.entries(bodies))
    test(`SDK-18 refused in a sentence: ${what}`, async () => {
      answer = () => new Response(body, { headers: { 'content-type': 'application/json' } });
      await isRefusedBadAnswer(rest.auth.sessions());
    });

  test('SDK-18 five million values are refused before each of them is checked', async () => {
    answer = () => new Response(`{"sessions":[${'{},'.repeat(5_000_000)}{}]}`);
    const startedAt = performance.now();
    await isRefusedBadAnswer(rest.auth.sessions());
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  test('SDK-18 what a newer server may say is taken: more fields, other words, other kinds of content', async () => {
    const message = { ...messageAt(1), type: 'poll', content: { question: 'why' }, votes: 3 };
    answer = () =>
      Response.json({ messages: [message], has_more: false, first_seq: 1, last_seq: 1, also: 1 });
    expect((await rest.messages.history('dm', 'c')).messages).toEqual([message as never]);
  });

  const history = (body: object, query: { before?: number; after?: number }) => {
    answer = () => Response.json({ first_seq: 1, last_seq: 9, has_more: false, ...body });
    return rest.messages.history('dm', 'c', query);
  };
  const events = (body: object, after: number) => {
    answer = () => Response.json({ has_more: false, ...body });
    return rest.messages.events('dm', 'c', { after });
  };
  const pages: Record<string, () => Promise<unknown>> = {
    'more, and nothing (history)': () => history({ messages: [], has_more: true }, { before: 9 }),
    'more, and nothing (events)': () => events({ events: [], has_more: true }, 3),
    'out of order (history)': () => history({ messages: [messageAt(3), messageAt(2)] }, {}),
    'the same twice (history)': () => history({ messages: [messageAt(3), messageAt(3)] }, {}),
    'not before what was asked for': () => history({ messages: [messageAt(8), messageAt(9)] }, { before: 9 }),
    'not after what was asked for': () => history({ messages: [messageAt(3)] }, { after: 3 }),
    'the same page of the log again': () => events({ events: [messageEvent(3)], has_more: true }, 3),
    'a log out of order': () => events({ events: [messageEvent(5), messageEvent(4)] }, 3),
    'a negative seq': () => events({ events: [messageEvent(-1)] }, 0),
    'a seq of zero': () => events({ events: [messageEvent(0)] }, 0),
    'a seq beyond what is exact': () => events({ events: [messageEvent(2 ** 53)] }, 0),
    'a seq that is a fraction': () => events({ events: [messageEvent(1.5)] }, 0),
    'a seq that is a text': () => events({ events: [{ ...messageEvent(1), seq: '1' }] }, 0),
    'a message that is null': () =>
      events({ events: [{ seq: 1, event: 'message', payload: { seq: 1, message: null } }] }, 0),
    'a deletion of nothing': () => events({ events: [{ seq: 1, event: 'deleted', payload: { seq: 1 } }] }, 0),
  };
  for (const [what, ask] of Object.entries(pages))
    test(`SDK-18 a page of the log is refused: ${what}`, () => isRefusedBadAnswer(ask()));

  for (const [given, expected] of [
    [-5, undefined],
    [Number.NaN, undefined],
    ['soon', undefined],
    [{}, undefined],
    [1e308, TAKEN.retryAfterMaxMs],
    [2 ** 40, TAKEN.retryAfterMaxMs],
    [1_500, 1_500],
  ] as const)
    test(`SDK-18 a wait of ${JSON.stringify(given)} ms is ${expected}`, async () => {
      answer = () =>
        Response.json(
          { error: { code: 'rate_limited', message: 7, retry_after_ms: given } },
          { status: 429 },
        );
      const error = (await failure(rest.auth.sessions())) as Refusal;
      expect(error).toBeInstanceOf(Refusal);
      expect(error.retryAfterMs).toBe(expected as number);
      expect(error.message).toBe(new Refusal('rate_limited').message);
    });
});

test('SDK-18 a refusal that says a megabyte is one sentence', async () => {
  answer = () => Response.json({ error: { code: 'conflict', message: 'x'.repeat(MIB) } }, { status: 409 });
  const error = await failure(rest.auth.sessions());
  expect(error).toBeInstanceOf(Refusal);
  expect(error.message.length).toBeLessThan(1_000);
});

describe('SDK-19 lists', () => {
  test('SDK-19 a list whose pages come just in time ends after a while', () => {
    let now = 0;
    const walk = new PageWalk(() => now);
    const pages = TAKEN.walkMaxMs / 15_000;
    for (let page = 0; page < pages; page++) {
      now += 15_000;
      walk.took({});
    }
    now += 15_000;
    expect(() => walk.took({})).toThrow('within 10 minutes');
  });

  const walk = async (next: (page: number) => string | null, items: number) => {
    let asked = 0;
    answer = () => Response.json({ users: Array(items).fill(user), cursor: next(++asked) });
    for await (const _ of eachPage(
      (cursor) => rest.users.blocked({ cursor }),
      (page) => page.users,
    ));
    return asked;
  };
  const user = {
    id: 'u',
    username: null,
    pin: null,
    display_name: '',
    photo: null,
    background: null,
    status: { state: 'online', text: '' },
    public_key: null,
    created_at: '',
    updated_at: '',
  };

  test('SDK-19 a list is read to its end, through pages that have nothing', async () => {
    expect(await walk((page) => (page === 12 ? null : `c${page}`), 0)).toBe(12);
  });

  test('SDK-19 a cursor that comes again ends it, in a circle too', async () => {
    await isRefusedBadAnswer(walk(() => 'same', 3));
    await isRefusedBadAnswer(walk((page) => `c${page % 5}`, 3));
  });

  test('SDK-19 pages without anything and without an end are not followed', async () => {
    await isRefusedBadAnswer(walk((page) => `c${page}`, 0));
  });

  test('SDK-19 a list is not read beyond what memory should hold, and a cursor has a length', async () => {
    await isRefusedBadAnswer(walk((page) => `c${page}`, 60_000));
    await isRefusedBadAnswer(walk((page) => 'c'.repeat(page * 3_000), 1));
  }, 60_000);
});
