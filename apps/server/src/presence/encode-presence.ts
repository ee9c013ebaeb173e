import type { UserId } from '@tpx/protocol';
import { type Device, shortName } from './device.ts';

/** Who came and who went, a device each. */
export type PresenceDiff = { joins: ReadonlySet<Device>; leaves: ReadonlySet<Device> };

/** In Phoenix's format, as JSON. */
export function encodeDiff({ joins, leaves }: PresenceDiff, hidden?: ReadonlySet<string>): string {
  return `{"joins":{${encodeDevices(joins, hidden)}},"leaves":{${encodeDevices(leaves, hidden)}}}`;
}

/** `"<user id>":{"metas":[...]}` for each user, without braces around them. */
export function encodeDevices(devices: Iterable<Device>, hidden?: ReadonlySet<string>): string {
  const metas = new Map<UserId, string>();
  for (const device of devices) {
    if (hidden?.has(device.userId)) continue;
    const before = metas.get(device.userId);
    metas.set(device.userId, before ? `${before},${metaOf(device)}` : metaOf(device));
  }
  const entries: string[] = [];
  for (const [userId, list] of metas) entries.push(`"${userId}":{"metas":[${list}]}`);
  return entries.join(',');
}

function metaOf(device: Device): string {
  const { ref, onlineAt, origin } = device;
  return `{"phx_ref":"${origin.prefix}${ref.toString(36)}","online_at":"${new Date(onlineAt).toISOString()}","device":"${shortName(device)}"}`;
}
