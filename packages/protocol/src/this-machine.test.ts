import { expect, test } from 'bun:test';
import { isThisMachine } from './this-machine.ts';

test.each([
  'localhost',
  'LOCALHOST',
  'tpx.localhost',
  '127.0.0.1',
  '127.9.9.9',
  '::1',
  '[::1]',
  '::ffff:127.0.0.1',
  '[::ffff:7f00:1]',
])('TERM-99 %s is this machine', (host) => {
  expect(isThisMachine(host)).toBe(true);
});

test.each([
  '0.0.0.0',
  '::',
  '[::]',
  '192.168.1.4',
  'tpx.example.org',
  '127.0.0.1.example.org',
  'localhost.example.org',
  '128.0.0.1',
  'fe80::1',
  '',
])('TERM-99 %j is not', (host) => {
  expect(isThisMachine(host)).toBe(false);
});
