import { expect, test } from 'bun:test';
import { clientAddressReader } from './client-address.ts';

const behind = clientAddressReader(['10.0.0.1', '172.16.0.0/12', '2001:db8::/32']);
const open = clientAddressReader([]);

test.each([
  ['198.51.100.7', null, '198.51.100.7'],
  ['::ffff:198.51.100.7', null, '198.51.100.7'],
  ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '203.0.113.9, 172.16.5.5', '203.0.113.9'],
  ['::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['2001:db8::5', '2001:470::1', '2001:470::1'],
  // What the client put in front itself is not believed.
  ['10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '127.0.0.1, not an address', '10.0.0.1'],
  ['10.0.0.1', '203.0.113.9, ', '10.0.0.1'],
  ['10.0.0.1', '172.16.0.9, 172.16.0.8', '172.16.0.9'],
  // Who is no proxy has no say.
  ['198.51.100.7', '203.0.113.9', '198.51.100.7'],
])('REST-5 behind proxies %s with X-Forwarded-For %p is %s', (peer, forwarded, client) => {
  expect(behind(peer, forwarded)).toBe(client);
});

test('REST-5 of a long header the last 16 addresses are looked at', () => {
  const spoofed = Array(1_000).fill('10.0.0.9').join(', ');
  expect(behind('10.0.0.1', `203.0.113.9, ${spoofed}`)).toBe('10.0.0.9');
});

test('REST-5 without trusted proxies the header means nothing, and an unknown peer is no error', () => {
  expect(open('198.51.100.7', '203.0.113.9')).toBe('198.51.100.7');
  expect(open(undefined, '203.0.113.9')).toBe('');
  expect(behind(undefined, '203.0.113.9')).toBe('');
});

test('REST-5 a proxy that is no address stops the start', () => {
  expect(() => clientAddressReader(['proxy.example'])).toThrow('TPX_TRUSTED_PROXIES');
});
