import { expect, test } from 'bun:test';
import { pathOf, queryOf } from './request-url.ts';

test.each([
  ['http://x/a/b', '/a/b', {}],
  ['http://x/a?token=1&vsn=2.0.0', '/a', { token: '1', vsn: '2.0.0' }],
  ['http://x/a?b=/c?d', '/a', { b: '/c?d' }],
  ['http://[::1/a?b=1', '/a', { b: '1' }],
  ['/a?b=1', '/a', { b: '1' }],
  ['http://x//a', '//a', {}],
  ['http://x/a?b=%zz%ff', '/a', { b: '%zz\ufffd' }],
])('REST-10 %s is taken apart by its text', (url, path, query) => {
  expect(pathOf(url)).toBe(path);
  expect(Object.fromEntries(queryOf(url))).toEqual(query as Record<string, string>);
});
