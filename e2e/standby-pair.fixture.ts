import { chownSync, existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '@tpx/testkit';

const BASE = '/usr/lib/postgresql';
const isRoot = process.getuid?.() === 0;

function binaries(): string | undefined {
  if (!existsSync(BASE)) return undefined;
  const versions = readdirSync(BASE).sort((a, b) => Number(a) - Number(b));
  const bin = join(BASE, versions.at(-1) ?? '', 'bin');
  return existsSync(join(bin, 'pg_basebackup')) ? bin : undefined;
}

export const hasStandby = binaries() !== undefined;

/** One address for whichever server is meant now. */
class SwitchedAddress implements AsyncDisposable {
  readonly port: number;
  target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
    this.port = (server.address() as { port: number }).port;
  }

  static async to(target: number): Promise<SwitchedAddress> {
    const server = createServer((near) => address.#carry(near));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = new SwitchedAddress(server, target);
    return address;
  }

  #carry(near: Socket): void {
    const far = connect(this.target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  /** Those that are connected are not any more. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A PostgreSQL and its streaming standby (Debian's), behind one address that follows a promotion. */
export class StandbyPair implements AsyncDisposable {
  readonly url: string;
  readonly #bin: string;
  readonly #folder: string;
  readonly #address: SwitchedAddress;
  readonly #replication: SwitchedAddress;
  readonly #ports: { primary: number; standby: number };

  private constructor(
    bin: string,
    folder: string,
    address: SwitchedAddress,
    replication: SwitchedAddress,
    ports: { primary: number; standby: number },
  ) {
    this.#bin = bin;
    this.#folder = folder;
    this.#address = address;
    this.#replication = replication;
    this.#ports = ports;
    this.url = `postgres://tpx@127.0.0.1:${address.port}/postgres`;
  }

  static async start(): Promise<StandbyPair> {
    const bin = binaries();
    if (bin === undefined) throw new Error('There is no PostgreSQL of Debian here.');
    const folder = await mkdtemp(join(tmpdir(), 'tpx-standby-'));
    await chmod(folder, 0o755);
    if (isRoot) chownSync(folder, Number(idOf('-u')), Number(idOf('-g')));
    const ports = { primary: await freePort(), standby: await freePort() };
    const [address, replication] = await Promise.all([
      SwitchedAddress.to(ports.primary),
      SwitchedAddress.to(ports.primary),
    ]);
    const pair = new StandbyPair(bin, folder, address, replication, ports);
    await pair.#run('initdb', '-D', `${folder}/primary`, '-U', 'tpx', '--auth=trust', '--locale=C.UTF-8');
    await pair.#startServer('primary');
    const from = `host=127.0.0.1 port=${replication.port} user=tpx`;
    await pair.#run('pg_basebackup', '-D', `${folder}/standby`, '-R', '-X', 'stream', '-d', from);
    await pair.#startServer('standby');
    return pair;
  }

  /** The standby itself, which takes no writes. */
  get standbyUrl(): string {
    return `postgres://tpx@127.0.0.1:${this.#ports.standby}/postgres`;
  }

  /** The standby has all that the primary has. */
  async isLevel(): Promise<void> {
    const place = (await this.#ask(this.#ports.primary, 'SELECT pg_current_wal_lsn()')).trim();
    await until(
      async () =>
        (await this.#ask(this.#ports.standby, `SELECT pg_last_wal_replay_lsn() >= '${place}'`)).trim() ===
        't',
      { what: 'the standby to be level' },
    );
  }

  /** From now on the standby gets nothing more. */
  cutReplication(): void {
    // Nobody listens on port 1.
    this.#replication.target = 1;
    this.#replication.hangUp();
  }

  /** The primary is gone for good, and the standby answers at the address. */
  async promote(): Promise<void> {
    await this.#run('pg_ctl', '-D', `${this.#folder}/primary`, '-m', 'immediate', 'stop');
    await this.#run('pg_ctl', '-D', `${this.#folder}/standby`, '-w', 'promote');
    this.#address.target = this.#ports.standby;
    this.#address.hangUp();
  }

  async #startServer(name: 'primary' | 'standby'): Promise<void> {
    const options = `-c listen_addresses=127.0.0.1 -c port=${this.#ports[name]} -c unix_socket_directories= -c max_connections=100`;
    const log = `${this.#folder}/${name}.log`;
    await this.#run('pg_ctl', '-D', `${this.#folder}/${name}`, '-l', log, '-w', '-o', options, 'start');
  }

  async #ask(port: number, query: string): Promise<string> {
    return await this.#run(
      'psql',
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      'tpx',
      '-Atc',
      query,
      'postgres',
    );
  }

  async #run(program: string, ...args: string[]): Promise<string> {
    const command = [join(this.#bin, program), ...args];
    const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...command];
    const child = Bun.spawn(isRoot ? asPostgres : command, {
      cwd: this.#folder,
      stdin: 'ignore',
      stdout: program === 'pg_ctl' ? 'ignore' : 'pipe',
      stderr: 'ignore',
    });
    const output = child.stdout ? await new Response(child.stdout).text() : '';
    if ((await child.exited) !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${output}`);
    return output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of ['primary', 'standby']) {
      const folder = `${this.#folder}/${name}`;
      await this.#run('pg_ctl', '-D', folder, '-m', 'immediate', 'stop').catch(() => undefined);
    }
    await Promise.all([this.#address, this.#replication].map((address) => address[Symbol.asyncDispose]()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function idOf(option: '-u' | '-g'): string {
  return Bun.spawnSync(['id', option, 'postgres']).stdout.toString().trim();
}
