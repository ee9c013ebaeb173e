import { mkdirSync } from 'node:fs';
import { Options } from '../command-line.ts';
import { Generator } from '../load/generator.ts';
import { TEXT_LENGTH_MIN } from '../load/member.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { kernelMemory, socketsInUse } from '../machine/kernel-memory.ts';
import { startCluster } from '../machine/start-cluster.ts';
import { atLeast, atMost, markdownTable, printTargets, type Result } from '../result.ts';
import type { PeopleFile } from '../seed/people-file.ts';
import { measureWindow } from '../window/measure-window.ts';
import { type CpuApart, cpuApart } from './cpu-apart.ts';
import { type MemoryApart, memoryApart } from './memory-apart.ts';
import { ORDERS, seedMillion } from './seed-million.ts';

const OPTIONS = {
  connections: 'how many connect, each its own user (1000000)',
  nodes: 'how many nodes; each has 20,000 descriptors at most (one for every 19,700 connections)',
  'room-sizes': 'members of a room; as many people are in rooms of each size (100,250,500,1000)',
  spread: 'over how many nodes the members of a room are spread (4)',
  order: 'how people come: rooms, one room after the other; or mixed, to all rooms at the same time (rooms)',
  sampled: 'how many rooms are written into (100)',
  rate: 'messages a second over all sampled rooms (10)',
  seconds: 'for how long all are held (300)',
  text: 'characters of a message (100)',
  concurrency: 'joins under way at a time (400)',
  processes: 'processes of the generator that bring their people in at a time (4)',
  'data-dir': 'keeps the database and the people there, for the next time; must be open to other users',
};

const PER_NODE = 19_700;
/** Of one node: two write, one reads. A million people's nodes together stay below what Postgres takes. */
const DATABASE_CONNECTIONS = 3;
const SETTLE_MS = 10_000;
const PROGRESS_EVERY_MS = 10_000;

/** A million people at once on one machine: all join, all stay, and messages reach their readers meanwhile. */
export async function million(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const connections = options.count('connections', 1_000_000);
  const nodes = options.count('nodes', Math.ceil(connections / PER_NODE));
  const spread = Math.min(nodes, options.count('spread', 4));
  const roomSizes = options.counts('room-sizes', [100, 250, 500, 1_000]);
  const order = options.oneOf('order', ORDERS, 'rooms');
  const sampled = options.count('sampled', 100);
  const concurrency = options.count('concurrency', 400);
  const processes = options.count('processes', 4);
  const dataDir = options.text('data-dir');
  const load = {
    perSecond: options.count('rate', 10),
    warmUpSeconds: 5,
    seconds: options.count('seconds', 300),
    textLength: options.count('text', 100, TEXT_LENGTH_MIN),
    delivered: 'off' as const,
  };
  console.log(describeMachine());
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  await using cluster = await startCluster({
    nodes,
    withNats: true,
    databaseConnections: DATABASE_CONNECTIONS,
    ...(dataDir !== undefined && { dataDir }),
  });
  console.log(`  ${nodes} nodes serve`);
  const database = cluster.openDatabase(2);
  const crowd = { connections, roomSizes, nodes, spread, order };
  using people = await seedMillion(database, crowd, cluster.dataDir);
  await database.close();

  await using generator = new Generator(connections, null);
  const before = memoryApart(cluster, generator);
  const cpuBefore = cpuApart(cluster, generator);
  const joined = await withProgress(() =>
    generator.join(cluster.places, people, 0, connections, concurrency, { processes }),
  );
  console.log(`  joined ${joined.joined} in ${joined.seconds.toFixed(1)} s, ${joined.failed} failed`);
  const cpuAfter = cpuApart(cluster, generator);
  const cpuOfJoin = (of: keyof CpuApart) => ((cpuAfter[of] - cpuBefore[of]) * 1e6) / joined.joined;
  console.log(
    `  us of CPU a join: nodes ${Math.round(cpuOfJoin('nodes'))}, Postgres ${Math.round(cpuOfJoin('postgres'))}, NATS ${Math.round(cpuOfJoin('nats'))}, generator ${Math.round(cpuOfJoin('generator'))}`,
  );
  for (const failure of joined.failures.slice(0, 5)) console.log(`    ${failure}`);
  await Bun.sleep(SETTLE_MS);

  const groups = sampleRooms(people, roomSizes, sampled);
  const measuring = {
    generator,
    nodePids: cluster.nodes.map(({ pid }) => pid),
    postgresPid: cluster.postgres.pid,
    ...(cluster.nats && { natsPid: cluster.nats.pid }),
    readersOf: (groupId: string) => people.groupSizes.get(groupId) ?? 0,
  };
  const held = await withProgress(() => measureWindow(measuring, { ...load, groups }, 1));
  const after = memoryApart(cluster, generator);

  const receivers = groups.reduce((sum, groupId) => sum + measuring.readersOf(groupId), 0);
  console.log(`\n${memoryTable(before, after, connections)}\n`);
  console.log(
    markdownTable(
      ['', ''],
      [
        ['connections held', joined.joined - held.closed],
        ['seconds to join', joined.seconds],
        ['heartbeats sent / answered', `${held.beats} / ${held.beatsAnswered}`],
        ['rooms written into / their members', `${groups.length} / ${receivers}`],
        ['messages / deliveries', `${held.sent} / ${held.deliveries}`],
        ['p50, p99, max of a delivery, ms', latencies(held.latency)],
        ['the same from another node, ms', latencies(held.crossLatency)],
        ['cores of nodes / generator', `${held.nodeCpu.toFixed(2)} / ${held.generatorCpu.toFixed(2)}`],
        ['cores of Postgres / NATS', `${held.postgresCpu.toFixed(2)} / ${held.natsCpu.toFixed(2)}`],
      ],
    ),
  );
  const targets = [
    atLeast('joined', joined.joined, connections, ''),
    atMost('dropped while they are held', held.closed, 0, ''),
    atMost('heartbeats not answered', Math.max(0, held.beats - held.beatsAnswered), held.beats / 1000, ''),
    atLeast('sampled receivers', receivers, Math.min(1_000, connections), ''),
    atMost('deliveries that did not come', held.missing, 0, ''),
    atMost('p99 of a delivery', held.latency.p99, 20, 'ms'),
  ];
  printTargets(targets);
  const ok = targets.every(({ met }) => met);
  const shape = { ...crowd, concurrency, processes, sampled: groups.length, receivers };
  const joins = { ...joined, upgrade: joined.upgrade.summary(), join: joined.join.summary() };
  return { ok, machine: describeMachine(), ...shape, targets, joins, held, memory: { before, after } };
}

function latencies({ p50, p99, max }: { p50: number; p99: number; max: number }): string {
  return [p50, p99, max].map((value) => value.toFixed(2)).join(', ');
}

/** As many of each size, and those spread over all rooms of that size. */
function sampleRooms(people: PeopleFile, roomSizes: readonly number[], sampled: number): string[] {
  return roomSizes.flatMap((size, index) => {
    const rooms = [...people.groupSizes].filter(([, members]) => classOf(members, roomSizes) === size);
    const until = Math.round((sampled * (index + 1)) / roomSizes.length);
    const count = Math.min(rooms.length, until - Math.round((sampled * index) / roomSizes.length));
    return Array.from({ length: count }, (_, n) => rooms[Math.floor((n * rooms.length) / count)]?.[0] ?? '');
  });
}

/** The last room of a size may be smaller than the others. */
function classOf(members: number, roomSizes: readonly number[]): number | undefined {
  return roomSizes.toSorted((one, other) => one - other).find((size) => members <= size);
}

async function withProgress<Answer>(run: () => Promise<Answer>): Promise<Answer> {
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const gigabytes = (kernelMemory().used / 2 ** 30).toFixed(2);
    console.log(`  ${seconds} s: ${socketsInUse()} TCP sockets, ${gigabytes} GiB of memory in use`);
  }, PROGRESS_EVERY_MS);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}

function memoryTable(before: MemoryApart, after: MemoryApart, connections: number): string {
  const rows: [string, (memory: MemoryApart) => number][] = [
    ['nodes', ({ nodes }) => nodes],
    ['kernel: sockets, files, epoll (both ends)', ({ kernel }) => kernel.slab],
    ['kernel: buffers of sockets', ({ kernel }) => kernel.socketBuffers],
    ['kernel: page tables', ({ kernel }) => kernel.pageTables],
    ['NATS', ({ nats }) => nats],
    ['PostgreSQL', ({ postgres }) => postgres],
    ['generator', ({ generator }) => generator],
    ['all of the machine', ({ kernel }) => kernel.used],
  ];
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  return markdownTable(
    ['MiB', 'before', 'held', 'bytes a connection more'],
    rows.map(([name, of]) => [
      name,
      mib(of(before)),
      mib(of(after)),
      Math.round((of(after) - of(before)) / connections),
    ]),
  );
}
