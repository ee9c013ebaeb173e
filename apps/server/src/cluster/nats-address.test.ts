import { expect, test } from 'bun:test';
import { natsAddress } from './nats-address.ts';

test.each([
  ['nats://a:4222', { servers: ['a:4222'] }],
  ['nats://a:4222, nats://b:4223', { servers: ['a:4222', 'b:4223'] }],
  ['nats://me:p%40ss@a', { servers: ['a'], user: 'me', pass: 'p@ss' }],
  ['nats://a, tls://me:pass@b', { servers: ['a', 'b'], user: 'me', pass: 'pass', tls: {} }],
  ['tls://secret@a:4222', { servers: ['a:4222'], token: 'secret', tls: {} }],
])('CLU-2 %p is read', (url, options) => {
  expect(natsAddress(url)).toEqual(options);
});
