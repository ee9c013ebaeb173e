import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Proxies behind each other. A client may write a thousand into the header, and each is looked up. */
const HOPS_MAX = 16;

/**
 * Makes the function that tells whose address a request came from (spec REST-5): the peer's own, or, where the peer is
 * a trusted proxy, the last address in X-Forwarded-For that is not one. `trusted` holds addresses and CIDR ranges.
 */
export function clientAddressReader(
  trusted: readonly string[],
): (peer: string | undefined, forwardedFor: string | null | undefined) => string {
  const proxies = new BlockList();
  for (const entry of trusted) addTo(proxies, entry);
  const isProxy = (address: string) => proxies.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

  return (peer, forwardedFor) => {
    let address = plainAddress(peer ?? '');
    if (trusted.length === 0 || !forwardedFor) return address;
    for (const hop of forwardedFor.split(',').slice(-HOPS_MAX).reverse()) {
      if (isIP(address) === 0 || !isProxy(address)) break;
      const earlier = plainAddress(hop.trim());
      // What a proxy could not have written ends the walk: the rest is the client's own invention.
      if (isIP(earlier) === 0) break;
      address = earlier;
    }
    return address;
  };
}

/** An IPv4 address as such, also where it came over an IPv6 socket. */
export function plainAddress(address: string): string {
  return MAPPED_IPV4.exec(address)?.[1] ?? address;
}

function addTo(proxies: BlockList, entry: string): void {
  const [address = '', prefix] = entry.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (!isIPv4(address) && !isIPv6(address)) throw new Error(`TPX_TRUSTED_PROXIES: "${entry}" is no address.`);
  if (prefix === undefined) proxies.addAddress(address, family);
  else proxies.addSubnet(address, Number(prefix), family);
}
