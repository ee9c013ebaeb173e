import { timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { Refusal } from '@tpx/protocol';
import { plainAddress } from './client-address.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** What a proxy adds: behind one on this machine every request comes from this machine. */
const PASSED_ON = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fly-client-ip',
  'cdn-loop',
];

type Asked = { peer: string | undefined; headers: Headers };

/**
 * Figures of a node are for anyone who watches over it: with the token of TPX_METRICS_TOKEN from anywhere, without it from
 * this machine only (spec REST-12). @throws {Refusal} `forbidden`
 */
export function requireWatcher(token: string | null, asked: Asked): void {
  if (token !== null && isSame(asked.headers.get('authorization') ?? '', `Bearer ${token}`)) return;
  if (isFromHere(asked)) return;
  throw new Refusal(
    'forbidden',
    'Metrics are read from the machine of the node, or with the token in TPX_METRICS_TOKEN: Authorization: Bearer <token>.',
  );
}

function isFromHere({ peer, headers }: Asked): boolean {
  const address = plainAddress(peer ?? '');
  const family = isIP(address);
  if (family === 0 || !loopback.check(address, family === 4 ? 'ipv4' : 'ipv6')) return false;
  if (PASSED_ON.some((name) => headers.has(name))) return false;
  // A page in a browser on this machine is not the person at it, whatever name it has made point here.
  return !headers.has('origin') && isOwnName(headers.get('host'));
}

function isOwnName(host: string | null): boolean {
  if (host === null) return true;
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  return name === 'localhost' || isIP(name) !== 0;
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
