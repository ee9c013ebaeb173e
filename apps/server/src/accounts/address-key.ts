import { isIPv6 } from 'node:net';

/**
 * The key of a rate limit per address (spec REST-6): an IPv4 address itself, of an IPv6 address its /64, which is what
 * one customer commonly holds, so that nobody gets a fresh bucket with each of its 2^64 addresses.
 */
export function addressKey(address: string): string {
  // A colon first: every connection asks, and nearly all of them by IPv4.
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const groups =
    tail === undefined
      ? left
      : [...left, ...new Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
