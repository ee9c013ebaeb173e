import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@tpx/server/db/embedded-postgres.ts';
import { CuttableLink, startNats, startServer, type TestNats, type TestServer, until } from '@tpx/testkit';

/** Real nodes, each a process of its own, over one real PostgreSQL and real nats-servers, one unless it is said. */
export class Cluster implements AsyncDisposable {
  readonly #servers: readonly TestNats[];
  readonly nodes: TestServer[] = [];
  /** A node's way to NATS. */
  readonly links: CuttableLink[] = [];
  postgres: EmbeddedPostgres;
  readonly #folder: string;

  private constructor(servers: readonly TestNats[], postgres: EmbeddedPostgres, folder: string) {
    this.#servers = servers;
    this.postgres = postgres;
    this.#folder = folder;
  }

  /** Each next node joins the next of `servers`, which go with the cluster. */
  static async start(nodes: number, servers?: readonly TestNats[]): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'tpx-cluster-'));
    // Postgres runs as another user where root runs the tests.
    await chmod(folder, 0o755);
    const [nats, postgres] = await Promise.all([
      servers ?? startNats().then((server) => [server]),
      startPostgres(folder),
    ]);
    const cluster = new Cluster(nats, postgres, folder);
    try {
      // The first one migrates; those that start beside it would only wait.
      await cluster.addNode();
      await Promise.all(Array.from({ length: nodes - 1 }, () => cluster.addNode()));
      await cluster.isWhole();
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  get nats(): TestNats {
    const [server] = this.#servers;
    if (!server) throw new Error('There is no NATS.');
    return server;
  }

  async addNode(env: Record<string, string> = {}): Promise<TestServer> {
    const server = this.#servers[this.nodes.length % this.#servers.length] ?? this.nats;
    const link = await CuttableLink.to(server.port);
    const node = await startServer({
      databaseUrl: this.postgres.url,
      env: { TPX_NATS_URL: `nats://127.0.0.1:${link.port}`, ...env },
    });
    this.links.push(link);
    this.nodes.push(node);
    return node;
  }

  node(index: number): TestServer {
    const node = this.nodes[index];
    if (!node) throw new Error(`There is no node ${index}.`);
    return node;
  }

  link(index: number): CuttableLink {
    const link = this.links[index];
    if (!link) throw new Error(`There is no node ${index}.`);
    return link;
  }

  /** Waits until every node hears of every other. */
  async isWhole(): Promise<void> {
    const wanted = this.nodes.length - 1;
    await until(
      async () =>
        (await Promise.all(this.nodes.map((node) => metric(node, 'tpx_cluster_peers')))).every(
          (peers) => peers === wanted,
        ),
      { what: 'all nodes to hear of each other', timeoutMs: 15_000, everyMs: 50 },
    );
  }

  async stopPostgres(): Promise<void> {
    await this.postgres.stop();
  }

  async startPostgres(): Promise<void> {
    this.postgres = await startPostgres(this.#folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
    await Promise.all(this.links.map((link) => link[Symbol.asyncDispose]()));
    await Promise.all(this.#servers.map((server) => server.stop()));
    await this.postgres.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function startPostgres(folder: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: join(folder, 'data'), log: () => undefined });
}

/** A figure that a node tells in `/metrics`. */
export async function metric(node: { url: string }, name: string): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  const value = new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`${node.url} has no figure ${name}.`);
  return Number(value);
}

type Readiness = { ready: boolean; parts: Record<string, { ok: boolean; message?: string }> };

export async function readiness(node: { url: string }): Promise<Readiness> {
  return (await (await fetch(`${node.url}/readyz`)).json()) as Readiness;
}
