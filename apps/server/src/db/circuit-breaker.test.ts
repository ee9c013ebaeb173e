import { expect, test } from 'bun:test';
import { until } from '@tpx/testkit';
import { CircuitBreaker } from './circuit-breaker.ts';

const LIMIT_MS = 60;

/** A server that answers what it is set to answer, and says how often it was probed. */
function world() {
  const state = { probes: 0, answersProbes: false, opened: 0, closed: 0 };
  const breaker = new CircuitBreaker({
    limitMs: LIMIT_MS,
    async probe() {
      state.probes++;
      if (!state.answersProbes) throw new Error('no answer');
    },
    onOpen: () => state.opened++,
    onClose: () => state.closed++,
  });
  return { breaker, state };
}

const silence = () => new Promise<never>(() => undefined);
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'ok',
    (error) => error.code ?? error.message,
  );

test('LOG-12 a server that says nothing opens it: what waits is refused with it, what comes is at once, until it answers', async () => {
  const { breaker, state } = world();
  const begunAt = performance.now();
  const first = codeOf(breaker.run(silence));
  await until(() => performance.now() - begunAt > LIMIT_MS / 2, { what: 'some of its time', everyMs: 1 });
  const startedAt = performance.now();
  const second = codeOf(breaker.run(silence));
  expect(await Promise.all([first, second])).toEqual(['unavailable', 'unavailable']);
  expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
  let asked = 0;
  expect(await codeOf(breaker.run(async () => asked++))).toBe('unavailable');
  expect([asked, breaker.isOpen, state.opened, state.closed]).toEqual([0, true, 1, 0]);
  await until(() => state.probes > 1, { what: 'it to be probed again' });
  state.answersProbes = true;
  await until(() => !breaker.isOpen, { what: 'it to be closed' });
  expect([await codeOf(breaker.run(async () => asked++)), asked, state.closed]).toEqual(['ok', 1, 1]);
  breaker.dispose();
});

test('LOG-12 a server that is only busy does not open it', async () => {
  const { breaker, state } = world();
  const late = codeOf(breaker.run(silence));
  let isSettled = false;
  void late.finally(() => {
    isSettled = true;
  });
  while (!isSettled) {
    // An error of the server is an answer too.
    expect(await codeOf(breaker.run(() => Promise.reject(new Error('wrong'))))).toBe('wrong');
    await new Promise((next) => setImmediate(next));
  }
  expect([await late, breaker.isOpen, state.opened]).toEqual(['unavailable', false, 0]);
});

test('LOG-12 once it is disposed of nothing is probed any more', async () => {
  const { breaker, state } = world();
  breaker.open();
  await until(() => state.probes === 1, { what: 'the first probe' });
  breaker.dispose();
  const living = world();
  living.breaker.open();
  await until(() => living.state.probes === 3, { what: 'another one to probe' });
  living.breaker.dispose();
  expect([state.probes, state.closed]).toEqual([1, 0]);
});

test('LOG-12 what throws before it asks is refused with its reason, and nobody waits for it', async () => {
  const { breaker, state } = world();
  const asked = breaker.run((): Promise<void> => {
    throw new Error('closed');
  });
  expect(await codeOf(asked)).toBe('closed');
  const { breaker: another } = world();
  expect(await codeOf(another.run(silence))).toBe('unavailable');
  another.dispose();
  expect(state.opened).toBe(0);
});
