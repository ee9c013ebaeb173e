import { freePort } from './free-port.ts';
import { until } from './until.ts';

/** Debian puts it where an ordinary user does not look. */
const PROGRAM = Bun.which('nats-server', { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` });

export const hasNats = PROGRAM !== null;

/** A real nats-server on a port of its own, which it keeps over restarts. */
export class TestNats implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly #arguments: readonly string[];
  #child: Bun.Subprocess | undefined;

  constructor(port: number, moreArguments: readonly string[] = []) {
    this.#arguments = moreArguments;
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
  }

  get pid(): number {
    if (this.#child === undefined) throw new Error('nats-server is not running.');
    return this.#child.pid;
  }

  async start(): Promise<void> {
    if (PROGRAM === null) throw new Error('nats-server is not installed.');
    this.#child = Bun.spawn([PROGRAM, '-a', '127.0.0.1', '-p', String(this.port), ...this.#arguments], {
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'ignore',
    });
    await until(
      async () => {
        const socket = await Bun.connect({
          hostname: '127.0.0.1',
          port: this.port,
          socket: { data: () => undefined },
        });
        socket.end();
        return true;
      },
      { what: `nats-server to listen on ${this.port}` },
    );
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#child?.exited;
    this.#child = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

export async function startNats(): Promise<TestNats> {
  const nats = new TestNats(await freePort());
  await nats.start();
  return nats;
}
