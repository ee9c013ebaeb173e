import { dlopen } from 'bun:ffi';
import { monotonicMicros } from './monotonic-clock.ts';

/**
 * TCP over epoll (epoll(7)), called directly. A read is one system call and no event of the runtime's own, and a
 * connection takes no more memory than its owner has: the generator shares its core with Postgres, and holds a million
 * connections beside everything else.
 */
const { symbols: libc } = dlopen('libc.so.6', {
  socket: { args: ['int', 'int', 'int'], returns: 'int' },
  setsockopt: { args: ['int', 'int', 'int', 'ptr', 'u32'], returns: 'int' },
  bind: { args: ['int', 'ptr', 'u32'], returns: 'int' },
  connect: { args: ['int', 'ptr', 'u32'], returns: 'int' },
  // What these two give fits an int, because no buffer here is larger.
  send: { args: ['int', 'ptr', 'usize', 'int'], returns: 'int' },
  recv: { args: ['int', 'ptr', 'usize', 'int'], returns: 'int' },
  shutdown: { args: ['int', 'int'], returns: 'int' },
  close: { args: ['int'], returns: 'int' },
  usleep: { args: ['u32'], returns: 'int' },
  epoll_create1: { args: ['int'], returns: 'int' },
  epoll_ctl: { args: ['int', 'int', 'int', 'ptr'], returns: 'int' },
  epoll_pwait2: { args: ['int', 'ptr', 'int', 'ptr', 'ptr'], returns: 'int' },
});

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_IP = 0;
/** The port is chosen at `connect`, when the other end is known: it may then be in use towards other ends. */
const IP_BIND_ADDRESS_NO_PORT = 24;
const SOL_TCP = 6;
const TCP_NODELAY = 1;
const MSG_NOSIGNAL = 0x4000;
const SHUT_WR = 1;
const ADDRESS_BYTES = 16;

const EPOLLIN = 0x1;
const EPOLLOUT = 0x4;
const EPOLLERR = 0x8;
const EPOLLHUP = 0x10;
const CTL_ADD = 1;
const CTL_MOD = 3;
/** `struct epoll_event` is packed on x86-64 only. */
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4;
const DATA_WORD = process.arch === 'x64' ? 1 : 2;
const EVENTS_MAX = 512;
const INPUT_BYTES = 65_536;
/** A source address has 28,232 ports towards one listener by default; this many have enough for all. */
const SOURCES = 200;

export type Place = { host: string; port: number };

export type SocketOwner = {
  connected(): void;
  /** The first `length` bytes are new; they are overwritten after the call. */
  received(bytes: Buffer, length: number): void;
  /** Refused, reset, or ended by the other side. */
  ended(): void;
};

const one = Int32Array.of(1);

/** All connections of a process, each known by its descriptor. */
export class Sockets {
  /** When the bytes at hand were read, in monotonic microseconds. */
  readAt = 0;
  readonly #epoll = libc.epoll_create1(0);
  readonly #owners: (SocketOwner | undefined)[] = [];
  readonly #connecting = new Set<number>();
  readonly #unsent = new Map<number, Buffer>();
  readonly #events = new Uint32Array(EVENTS_MAX * EVENT_WORDS);
  readonly #interest = new Uint32Array(EVENT_WORDS);
  readonly #timeout = new BigInt64Array(2);
  readonly #input = Buffer.allocUnsafeSlow(INPUT_BYTES);
  #opened = 0;
  #hasMore = false;

  /** Begins to connect, from one of many addresses of the loopback. @throws where there is no descriptor left */
  open(place: Place, owner: SocketOwner): number {
    const descriptor = libc.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw new Error('There is no descriptor left for another connection.');
    const source = `127.0.0.${2 + (this.#opened++ % SOURCES)}`;
    libc.setsockopt(descriptor, SOL_TCP, TCP_NODELAY, one, one.byteLength);
    libc.setsockopt(descriptor, SOL_IP, IP_BIND_ADDRESS_NO_PORT, one, one.byteLength);
    libc.bind(descriptor, socketAddress({ host: source, port: 0 }), ADDRESS_BYTES);
    this.#owners[descriptor] = owner;
    this.#connecting.add(descriptor);
    libc.connect(descriptor, socketAddress(place), ADDRESS_BYTES);
    this.#watch(CTL_ADD, descriptor, EPOLLIN | EPOLLOUT);
    return descriptor;
  }

  /** What the kernel does not take now goes out later, in order. */
  write(descriptor: number, bytes: Buffer): void {
    const unsent = this.#unsent.get(descriptor);
    if (unsent) {
      this.#unsent.set(descriptor, Buffer.concat([unsent, bytes]));
      return;
    }
    const sent = Math.max(0, libc.send(descriptor, bytes, bytes.length, MSG_NOSIGNAL));
    if (sent === bytes.length) return;
    this.#unsent.set(descriptor, Buffer.from(bytes.subarray(sent)));
    this.#watch(CTL_MOD, descriptor, EPOLLIN | EPOLLOUT);
  }

  /** Nothing more will be written; the other side ends the connection in its turn. */
  end(descriptor: number): void {
    libc.shutdown(descriptor, SHUT_WR);
  }

  /**
   * Waits for at most so long, and gives everything that has come to its owners. With a pause it sleeps that long first,
   * or for the whole wait where that is shorter: on a loopback whoever sends pays for waking whoever sleeps for it, which
   * costs more than the sending and which no network card asks for.
   */
  poll(waitMicros: number, pauseMicros: number): void {
    if (pauseMicros > 0 && waitMicros > 0 && !this.#hasMore) {
      libc.usleep(Math.min(waitMicros, pauseMicros));
      this.#take(0);
    } else this.#take(waitMicros);
  }

  #take(waitMicros: number): void {
    // Below a second: the nanoseconds alone.
    this.#timeout[1] = BigInt(Math.round(Math.min(Math.max(waitMicros, 0), 999_999) * 1000));
    const count = libc.epoll_pwait2(this.#epoll, this.#events, EVENTS_MAX, this.#timeout, null);
    this.#hasMore = count === EVENTS_MAX;
    for (let index = 0; index < count; index++) {
      const flags = this.#events[index * EVENT_WORDS] ?? 0;
      const descriptor = this.#events[index * EVENT_WORDS + DATA_WORD] ?? 0;
      const owner = this.#owners[descriptor];
      if (owner) this.#serve(descriptor, owner, flags);
    }
  }

  #serve(descriptor: number, owner: SocketOwner, flags: number): void {
    if ((flags & EPOLLOUT) !== 0 && (flags & EPOLLERR) === 0) this.#writable(descriptor, owner);
    if ((flags & ~EPOLLOUT) === 0) return;
    const length = libc.recv(descriptor, this.#input, INPUT_BYTES, 0);
    if (length > 0) {
      this.readAt = monotonicMicros();
      owner.received(this.#input, length);
    } else if (length === 0 || (flags & (EPOLLERR | EPOLLHUP)) !== 0) this.#ended(descriptor, owner);
  }

  #writable(descriptor: number, owner: SocketOwner): void {
    const connected = this.#connecting.delete(descriptor);
    const unsent = this.#unsent.get(descriptor);
    this.#unsent.delete(descriptor);
    this.#watch(CTL_MOD, descriptor, EPOLLIN);
    if (unsent) this.write(descriptor, unsent);
    if (connected) owner.connected();
  }

  #ended(descriptor: number, owner: SocketOwner): void {
    this.#owners[descriptor] = undefined;
    this.#connecting.delete(descriptor);
    this.#unsent.delete(descriptor);
    libc.close(descriptor);
    owner.ended();
  }

  #watch(operation: number, descriptor: number, flags: number): void {
    this.#interest[0] = flags;
    this.#interest[DATA_WORD] = descriptor;
    libc.epoll_ctl(this.#epoll, operation, descriptor, this.#interest);
  }
}

/** `struct sockaddr_in` (ip(7)): the family as the machine has it, the port and the address in network order. */
function socketAddress({ host, port }: Place): Buffer {
  const bytes = Buffer.alloc(ADDRESS_BYTES);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  const parts = host.split('.').map(Number);
  if (parts.length !== 4)
    throw new Error(`${host} is not an IPv4 address: the generator connects to no other.`);
  bytes.set(parts, 4);
  return bytes;
}
