import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CuttableLink, freePort, TestNats } from '@tpx/testkit';

/**
 * Two NATS clusters, of one server each, that are joined by a gateway as those of two datacenters would be. What they send
 * each other goes over links that can be cut.
 */
export class NatsRegions implements AsyncDisposable {
  readonly servers: readonly TestNats[];
  readonly #links: readonly CuttableLink[];
  readonly #folder: string;

  private constructor(servers: readonly TestNats[], links: readonly CuttableLink[], folder: string) {
    this.servers = servers;
    this.#links = links;
    this.#folder = folder;
  }

  static async start(): Promise<NatsRegions> {
    const folder = await mkdtemp(join(tmpdir(), 'tpx-regions-'));
    const [eastPort, westPort] = [await freePort(), await freePort()];
    const [toEast, toWest] = [await CuttableLink.to(eastPort), await CuttableLink.to(westPort)];
    const east = { name: 'east', port: eastPort, link: toEast };
    const west = { name: 'west', port: westPort, link: toWest };
    const servers = [await configured(folder, east, west), await configured(folder, west, east)];
    const regions = new NatsRegions(servers, [toEast, toWest], folder);
    await Promise.all(servers.map((server) => server.start()));
    return regions;
  }

  /** Both sides live on, and nothing passes between them. */
  cut(): void {
    for (const link of this.#links) link.cut();
  }

  heal(): void {
    for (const link of this.#links) link.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await Promise.all(this.#links.map((link) => link[Symbol.asyncDispose]()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

type Side = { name: string; port: number; link: CuttableLink };

async function configured(folder: string, here: Side, there: Side): Promise<TestNats> {
  const file = join(folder, `${here.name}.conf`);
  await writeFile(
    file,
    // It advertises the link: told the real port, the other side would go round what is cut.
    `
ping_interval: "1s"
ping_max: 2
gateway {
  name: ${here.name}
  listen: "127.0.0.1:${here.port}"
  advertise: "127.0.0.1:${here.link.port}"
  gateways: [{ name: ${there.name}, url: "nats://127.0.0.1:${there.link.port}" }]
}
`,
  );
  return new TestNats(await freePort(), ['-c', file]);
}
