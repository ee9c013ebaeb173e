import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBareServer } from '../bare/start-bare.ts';
import { Options } from '../command-line.ts';
import { DELIVERED_MODES } from '../load/messages.ts';
import { chooseCores, pin } from '../machine/cores.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { startNode } from '../machine/start-node.ts';
import { atLeast, atMost, printTargets, type Result } from '../result.ts';
import { seed } from '../seed/seed.ts';
import { measureFanout } from './measure-fanout.ts';
import { type FanoutFigures, fanoutTable } from './report-fanout.ts';

const OPTIONS = ['users', 'rooms', 'rate', 'seconds', 'text', 'delivered', 'concurrency'];
/** Others who come and go first, so that the code of joins is warm as on a node that serves. */
const WARM_UP_USERS = 1_000;
const TOKEN_SECONDS = 24 * 3600;

/**
 * One node on its own core: users in rooms, everybody joined and present, messages by schedule, each stored; then the
 * same load on a bare Bun server. Issue targets: p99 under 20 ms, 11 us and 6 KB, 10,000 joins a second.
 */
export async function fanoutSmall(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const users = options.count('users', 5_000);
  const rooms = options.count('rooms', 100);
  const seconds = options.count('seconds', 10);
  const load = {
    perSecond: options.count('rate', 400),
    warmUpSeconds: 3,
    seconds,
    textLength: options.count('text', 100, 20),
    delivered: options.oneOf('delivered', DELIVERED_MODES, 'coalesced'),
  };
  const concurrency = options.count('concurrency', 500);
  const cores = chooseCores();
  const folder = await mkdtemp(join(tmpdir(), 'tpx-bench-'));
  const file = join(folder, 'people');
  console.log(describeMachine());
  try {
    let node: FanoutFigures;
    {
      await using server = await startNode(cores);
      const database = server.openDatabase(2);
      const shape = { membersOf: 'one', tokenSeconds: TOKEN_SECONDS } as const;
      const warmUp = await seed(database, {
        ...shape,
        users: WARM_UP_USERS,
        groups: Math.ceil((WARM_UP_USERS * rooms) / users),
      });
      const measured = await seed(database, { ...shape, users, groups: rooms });
      const later = await seed(database, { ...shape, users, groups: rooms });
      // As autovacuum would have it a minute later.
      await database.query('ANALYZE');
      await database.close();
      const people = [...warmUp.people, ...measured.people, ...later.people];
      await Bun.write(file, people.map(({ token, groupId }) => `${token} ${groupId}\n`).join(''));
      const parts = { server, postgresPid: server.postgresPid, cores };
      node = await measureFanout(parts, {
        file,
        users,
        rooms,
        warmUpUsers: WARM_UP_USERS,
        concurrency,
        load,
      });
    }
    await using bareServer = await startBareServer();
    if (cores) pin(bareServer.pid, cores.node);
    const parts = { server: bareServer, postgresPid: undefined, cores };
    const bare = await measureFanout(parts, {
      file,
      users,
      rooms,
      warmUpUsers: WARM_UP_USERS,
      concurrency,
      load,
    });
    console.log(`\n${fanoutTable(node, bare)}`);
    const { main } = node;
    const targets = [
      atMost('p99 of a delivery', main.latency.p99, 20, 'ms'),
      atMost('node CPU a delivery', main.microsPerDelivery, 11, 'us'),
      atMost('memory of a connection, collected', node.bytesPerConnection.collected / 1024, 6, 'KiB'),
      atLeast('joins a second', node.joins.perSecond, 10_000, '/s'),
      atMost('deliveries that did not come', main.missing, 0, ''),
    ];
    printTargets(targets);
    const ok = targets.every(({ met }) => met);
    return { ok, machine: describeMachine(), users, rooms, ...load, targets, node, bare };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
