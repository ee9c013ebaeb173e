import { afterEach, describe, expect, test } from 'bun:test';
import { Refusal } from '@tpx/protocol';
import { FakeClock, until } from '@tpx/testkit';
import { resolvePlatform } from '../platform.ts';
import { NetworkError, SignedOutError } from '../trouble.ts';
import { phoenixServer } from './phoenix-server.fixture.ts';
import { PhoenixSocket } from './socket.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(() => {
  for (const clean of cleanUp.splice(0)) clean();
});

/** A socket on a real server, its time in the hands of the test. */
function setUp(
  onFrame: Parameters<typeof phoenixServer>[0],
  token: (suspect: string | undefined) => Promise<string> = async () => 'token',
) {
  const server = phoenixServer(onFrame);
  const clock = new FakeClock();
  const suspects: (string | undefined)[] = [];
  const socket = new PhoenixSocket({
    serverUrl: server.url,
    platform: resolvePlatform({ clock, random: () => 0.5 }),
    token: (suspect) => {
      suspects.push(suspect);
      return token(suspect);
    },
  });
  const lost: { code: number; retryInMs: number }[] = [];
  const refused: (number | undefined)[] = [];
  socket.events.on('lost', ({ code, retryInMs }) => lost.push({ code, retryInMs }));
  socket.events.on('refused', ({ code }) => refused.push(code));
  cleanUp.push(
    () => socket.disconnect(),
    () => server.stop(),
  );
  const opened = async (count = 1) => {
    socket.connect();
    await until(() => socket.state === 'open' && server.links.length === count, {
      what: `connection ${count}`,
    });
    return server.links[count - 1] as (typeof server.links)[0];
  };
  return { server, clock, socket, lost, refused, suspects, opened };
}

const ok: Parameters<typeof phoenixServer>[0] = (frame, link) => link.answer(frame, 'ok', {});
const nothing: Parameters<typeof phoenixServer>[0] = () => undefined;

test('SDK-16 a round trip is measured when it is asked for, and told', async () => {
  const { server, clock, socket, opened } = setUp(nothing);
  const link = await opened();
  const told: number[] = [];
  socket.events.on('lag', ({ ms }) => told.push(ms));
  const measured = socket.measureRoundTrip();
  const frame = await until(() => server.frames[0], { what: 'the heartbeat' });
  clock.advance(12);
  link.answer(frame, 'ok', {});
  expect([await measured, told]).toEqual([12, [12]]);
});

describe('SDK-2 the connection', () => {
  test('SDK-2 it beats every 30 s, and a server that does not answer within 10 s is given up', async () => {
    let answers = true;
    const { server, clock, lost, opened } = setUp((frame, link) => answers && ok(frame, link));
    await opened();
    for (const beat of [1, 2]) {
      clock.advance(30_000);
      await until(() => server.frames.length === beat, { what: `beat ${beat}` });
      // The answer has to be read before the clock goes on, or it would be late.
      await until(() => clock.waiting.length === 1, { what: 'the answer to be read' });
    }
    expect(server.frames[0]).toEqual([null, '1', 'phoenix', 'heartbeat', {}]);
    answers = false;
    clock.advance(30_000);
    await until(() => server.frames.length === 3, { what: 'the third beat' });
    expect(lost).toEqual([]);
    clock.advance(10_000);
    expect(lost).toHaveLength(1);
    clock.advance(200);
    await opened(2);
  });

  test('SDK-2 a close code says what to do: come back, come back later, stay away', async () => {
    const { clock, lost, refused, opened, socket } = setUp(nothing);
    (await opened()).close(4001, 'reading too slowly');
    await until(() => lost.length === 1, { what: 'the first close' });
    expect(lost[0]?.retryInMs).toBeLessThanOrEqual(200);
    clock.advance(200);
    (await opened(2)).close(4100, 'busy');
    await until(() => lost.length === 2, { what: 'the second close' });
    expect(lost[1]?.retryInMs).toBeGreaterThanOrEqual(2_000);
    clock.advance(8_000);
    (await opened(3)).close(4403, 'signed out');
    await until(() => refused.length === 1, { what: 'the third close' });
    expect(refused).toEqual([4403]);
    expect([socket.state, clock.waiting]).toEqual(['idle', []]);
  });

  test('SDK-2 attempts that fail grow apart, and after two the token is doubted', async () => {
    const { server, clock, lost, suspects, socket } = setUp(nothing, async (suspect) =>
      suspect ? 'new' : 'old',
    );
    server.state.refuse = true;
    socket.connect();
    for (let attempt = 1; attempt <= 4; attempt++) {
      await until(() => lost.length === attempt, { what: `failure ${attempt}` });
      clock.advance(lost[attempt - 1]?.retryInMs ?? 0);
    }
    await until(() => server.tokens.length === 5, { what: 'the fifth attempt' });
    expect(lost.slice(0, 4).map(({ retryInMs }) => retryInMs)).toEqual([100, 300, 600, 1200]);
    expect(suspects[0]).toBeUndefined();
    expect(suspects[2]).toBe('old');
    expect(server.tokens).toContain('new');
  });

  test('SDK-1 WS-3 the token is in the subprotocol and in no URL, whatever its characters', async () => {
    const token = 'a.b-c_d~e+/=?&token=f';
    const { server, opened } = setUp(nothing, async () => token);
    await opened();
    expect(server.tokens).toEqual([token]);
    expect(server.urls[0]).toEndWith('/socket/websocket?vsn=2.0.0');
  });

  test('SDK-2 no session, no connection: it says so and does not try again', async () => {
    const { clock, refused, socket } = setUp(nothing, async () => {
      throw new SignedOutError('session_expired');
    });
    socket.connect();
    await until(() => refused.length === 1, { what: 'the refusal' });
    expect([socket.state, clock.waiting]).toEqual(['idle', []]);
  });
});

describe('SDK-12 channels', () => {
  test('SDK-12 a join and a push resolve with the reply, a refusal is thrown as one', async () => {
    const { socket, opened } = setUp((frame, link) => {
      if (frame[3] === 'shout')
        link.answer(frame, 'error', { code: 'rate_limited', message: 'slow', retry_after_ms: 9 });
      else link.answer(frame, 'ok', { you_said: frame[3] });
    });
    await opened();
    const channel = socket.channel('dm:1');
    expect(await channel.join()).toEqual({ you_said: 'phx_join' });
    expect(await channel.push('message', {})).toEqual({ you_said: 'message' });
    const refusal = await channel.push('shout', {}).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code: 'rate_limited', retryAfterMs: 9 });
  });

  test('SDK-12 no reply is a timeout, a lost connection ends what waits', async () => {
    const { socket, clock, opened, server } = setUp(
      (frame, link) => frame[3] === 'phx_join' && ok(frame, link),
    );
    const link = await opened();
    const channel = socket.channel('dm:1');
    await channel.join();
    const late = channel.push('message', {}).catch((error: unknown) => error);
    await until(() => server.frames.length === 2, { what: 'the push' });
    clock.advance(10_000);
    expect(await late).toMatchObject({ trouble: 'timeout' });
    const cut = channel.push('message', {}).catch((error: unknown) => error);
    link.close(1001);
    expect(await cut).toBeInstanceOf(NetworkError);
    expect(channel.state).toBe('lost');
  });

  test('SDK-12 broadcasts and adopted joins come through, frames of an earlier join do not', async () => {
    const { socket, opened } = setUp(ok);
    const link = await opened();
    const channel = socket.channel('dm:1');
    const events: string[] = [];
    channel.events.on('event', ({ event }) => events.push(event));
    channel.events.on('broken', () => events.push('broken'));
    channel.events.on('closed', () => events.push('closed'));
    channel.adopt('7');
    const frames = [
      [null, null, 'dm:1', 'typing', { user_id: 'ann', on: true }],
      ['6', null, 'dm:1', 'phx_close', {}],
      ['7', null, 'dm:1', 'phx_error', {}],
      [null, null, 'dm:2', 'typing', { user_id: 'ann', on: true }],
      ['7', null, 'dm:1', 'phx_close', {}],
    ];
    for (const frame of frames) link.send(JSON.stringify(frame));
    await until(() => events.includes('closed'), { what: 'the last frame' });
    expect(events).toEqual(['typing', 'broken', 'closed']);
    expect(channel.state).toBe('closed');
  });

  test('SDK-12 a signal carries no ref, and nothing is sent on a channel that is not joined', async () => {
    const { socket, server, opened } = setUp(ok);
    await opened();
    const channel = socket.channel('dm:1');
    expect(channel.signal('delivered', { seq: 1 })).toBe(false);
    expect(await channel.push('message', {}).catch((error: unknown) => error)).toBeInstanceOf(NetworkError);
    await channel.join();
    expect(channel.signal('delivered', { seq: 1 })).toBe(true);
    await until(() => server.frames.length === 2, { what: 'the signal' });
    expect(server.frames[1]).toEqual(['1', null, 'dm:1', 'delivered', { seq: 1 }]);
  });
});
