import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { hasNats, until } from '@tpx/testkit';
import { Cluster, metric, readiness } from './cluster.fixture.ts';
import { Traffic } from './cluster-traffic.fixture.ts';
import { Clients } from './phoenix-client.fixture.ts';

describe.skipIf(!hasNats)('CLU-7 every acknowledged message reaches every member once and in order', () => {
  let cluster: Cluster;
  let clients: Clients;
  beforeAll(async () => {
    cluster = await Cluster.start(2);
    clients = new Clients();
  });
  afterEach(() => clients[Symbol.dispose]());
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const seesNats = (index: number, isThere: boolean) =>
    until(async () => (await readiness(cluster.node(index))).parts.nats?.ok === isThere, {
      what: `node ${index} to say that NATS is ${isThere ? 'there' : 'away'}`,
      timeoutMs: 15_000,
    });

  test('while NATS is stopped and started', async () => {
    const traffic = await Traffic.start(clients, cluster);
    await cluster.nats.stop();
    await Promise.all([seesNats(0, false), seesNats(1, false)]);
    // CLU-8: each goes on alone, and stays ready.
    expect((await readiness(cluster.node(0))).ready).toBe(true);
    await traffic.flows();
    await cluster.nats.start();
    await Promise.all([seesNats(0, true), seesNats(1, true)]);
    await traffic.flows();
    await traffic.endsWhole();
  });

  test('while NATS is away for good', async () => {
    const traffic = await Traffic.start(clients, cluster, [0]);
    await cluster.nats.stop();
    await seesNats(0, false);
    await traffic.flows();
    await traffic.endsWhole();
    await cluster.nats.start();
    await cluster.isWhole();
  });

  test('where the node that stored them was cut off, the others were not, and nothing follows', async () => {
    const traffic = await Traffic.start(clients, cluster, [0]);
    cluster.link(0).cut();
    await seesNats(0, false);
    await traffic.flows();
    cluster.link(0).heal();
    await traffic.endsWhole();
    await cluster.isWhole();
  });

  test('while one node is cut off from NATS', async () => {
    const traffic = await Traffic.start(clients, cluster);
    cluster.link(1).cut();
    await seesNats(1, false);
    await traffic.flows();
    cluster.link(1).heal();
    await seesNats(1, true);
    await traffic.endsWhole();
    await cluster.isWhole();
  });

  test('while a node stands still until it is taken for gone', async () => {
    const traffic = await Traffic.start(clients, cluster);
    const { pid } = cluster.node(1);
    process.kill(pid, 'SIGSTOP');
    await until(async () => (await metric(cluster.node(0), 'tpx_cluster_peers')) === 0, {
      what: 'the other node to take it for gone',
      timeoutMs: 15_000,
    });
    process.kill(pid, 'SIGCONT');
    await cluster.isWhole();
    await traffic.endsWhole();
  });

  test('while a node is killed and started again', async () => {
    const traffic = await Traffic.start(clients, cluster);
    await cluster.node(1).kill();
    await traffic.flows();
    await cluster.node(1).start();
    await traffic.flows();
    await traffic.endsWhole();
  });

  test('while PostgreSQL is stopped and started', async () => {
    const traffic = await Traffic.start(clients, cluster);
    await cluster.stopPostgres();
    await until(async () => !(await readiness(cluster.node(0))).ready, { what: 'the outage to be noticed' });
    await cluster.startPostgres();
    await traffic.flows();
    await traffic.endsWhole();
  });
});
