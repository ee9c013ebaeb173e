import type { SessionId, UserId } from '@tpx/protocol';

/** The node that a device is connected to. `prefix` makes the numbers of its devices differ from those of all others. */
export type Origin = { readonly nodeId: string; readonly prefix: string };

/** One device of a user who is in a room. Numbers instead of the texts that are told: there is one for each connection. */
export type Device = {
  userId: UserId;
  /** Of a device elsewhere only its end is known. */
  id: SessionId | string;
  origin: Origin;
  ref: number;
  /** Ms since 1970. */
  onlineAt: number;
  /** Connections that this device has joined with; a reconnect overlaps for a moment. */
  connections: number;
  /** The next device of the same user: nearly everybody has one. */
  next: Device | undefined;
};

/** The first device of each user; the others hang on it. */
export type People = Map<UserId, Device>;

export function* devicesOf(people: People): Generator<Device> {
  for (const first of people.values()) {
    for (let device: Device | undefined = first; device; device = device.next) yield device;
  }
}

export function findDevice(
  people: People | undefined,
  userId: UserId,
  isIt: (device: Device) => boolean,
): Device | undefined {
  let device = people?.get(userId);
  while (device && !isIt(device)) device = device.next;
  return device;
}

export function addDevice(people: People, device: Device): void {
  device.next = undefined;
  let last = people.get(device.userId);
  if (!last) people.set(device.userId, device);
  else {
    while (last.next) last = last.next;
    last.next = device;
  }
}

export function removeDevice(people: People, device: Device): boolean {
  const first = people.get(device.userId);
  if (first === device) {
    if (device.next) people.set(device.userId, device.next);
    else people.delete(device.userId);
    return true;
  }
  for (let before = first; before; before = before.next) {
    if (before.next !== device) continue;
    before.next = device.next;
    return true;
  }
  return false;
}

/** The end of a UUIDv7 is random: enough to tell a person's devices apart, and it opens nothing. */
export function shortName({ id }: Device): string {
  return id.slice(-8);
}
