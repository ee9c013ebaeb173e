import { expect, test } from 'bun:test';
import { splitLinks } from './links.ts';

test.each<[text: string, link: string | undefined]>([
  ['see https://example.org/a?b=1#c.', 'https://example.org/a?b=1#c'],
  ['(https://example.org/a_(b))', 'https://example.org/a_(b)'],
  ['HTTP://Example.org', 'http://example.org/'],
  ['mailto:ann@example.org, please', 'mailto:ann@example.org'],
  ['javascript:alert(1)', undefined],
  ['file:///etc/passwd', undefined],
  ['data:text/html,x', undefined],
  ['ratio 1:2', undefined],
  ['http://', undefined],
  ['xhttps://no.word', undefined],
])('TERM-56 %j leads to %j', (text, link) => {
  const pieces = splitLinks(text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect(pieces.find((piece) => piece.link !== undefined)?.link).toBe(link as string);
});
