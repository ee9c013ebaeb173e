import { expect, test } from 'bun:test';
import { afterClose, CLOSE_CODES, type CloseName } from './close-codes.ts';

const EXPECTED: Record<CloseName, ReturnType<typeof afterClose>> = {
  normal: 'reconnect',
  going_away: 'reconnect',
  too_large: 'reconnect',
  heartbeat_timeout: 'reconnect',
  slow_reader: 'reconnect',
  missed_changes: 'reconnect',
  history_replaced: 'reconnect',
  overloaded: 'reconnect_later',
  malformed: 'stay_away',
  unsupported_version: 'stay_away',
  session_revoked: 'stay_away',
  too_many_malformed: 'stay_away',
};

test.each(Object.entries(EXPECTED))('WS-10 after %s a client does: %s', (name, what) => {
  expect(afterClose(CLOSE_CODES[name as CloseName].code)).toBe(what);
});

test('WS-10 no two codes are the same, and each reason fits a close frame', () => {
  const all = Object.values(CLOSE_CODES);
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
  for (const { reason } of all) expect(new TextEncoder().encode(reason).length).toBeLessThanOrEqual(123);
});

test('WS-10 a code that is not known yet says by its range what to do', () => {
  expect(afterClose(4099)).toBe('reconnect');
  expect(afterClose(4199)).toBe('reconnect_later');
  expect(afterClose(4499)).toBe('stay_away');
  expect(afterClose(1006)).toBe('reconnect');
});
