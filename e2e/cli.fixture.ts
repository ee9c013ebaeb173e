import { afterAll } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '@tpx/testkit';

const MAIN = resolve(import.meta.dirname, '../apps/cli/src/main.ts');

export type JsonEvent = { event: string; [field: string]: unknown };

/** Folders of its own for the profiles of one test file. */
export async function cliHome() {
  const folder = await mkdtemp(join(tmpdir(), 'tpx-cli-'));
  return {
    folder,
    env: {
      ...process.env,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_DATA_HOME: join(folder, 'data'),
      XDG_STATE_HOME: join(folder, 'state'),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The same for all tests of the file that asks at its top level. */
export async function cliHomeOfThisFile(): Promise<CliHome> {
  const home = await cliHome();
  afterAll(() => home[Symbol.asyncDispose]());
  return home;
}

export type CliHome = Awaited<ReturnType<typeof cliHome>>;

/** Runs the client on these lines of input to its end. */
export async function runCli(home: CliHome, args: string[], lines: string[] = []) {
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    env: home.env,
    stdin: new Blob([lines.map((line) => `${line}\n`).join('')]),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { lines: output.split('\n').slice(0, -1), output, errors, code };
}

/** Runs the client with an input that does not end, and an output that nobody reads. */
export async function runCliUnread(home: CliHome, args: string[]) {
  const child = Bun.spawn(['sh', '-c', '"$0" "$@" | true', process.execPath, MAIN, ...args], {
    env: home.env,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'pipe',
  });
  await child.exited;
  return { errors: await new Response(child.stderr).text() };
}

/** A client with --json that is talked to while it runs. */
export function jsonCli(home: CliHome, args: string[]) {
  const child = Bun.spawn([process.execPath, MAIN, '--json', ...args], {
    env: home.env,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const events: JsonEvent[] = [];
  const reading = (async () => {
    let left = '';
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (left + chunk).split('\n');
      left = lines.pop() ?? '';
      for (const line of lines) events.push(JSON.parse(line) as JsonEvent);
    }
  })();
  let lastId = 0;
  return {
    events,
    /** The answer to one command. */
    async command(command: string, args: Record<string, string | number> = {}): Promise<JsonEvent> {
      const id = ++lastId;
      child.stdin.write(`${JSON.stringify({ command, args, id })}\n`);
      await child.stdin.flush();
      return await until(() => events.find((event) => event.event === 'result' && event.id === id), {
        what: `the answer to ${command}`,
      });
    },
    /** The first event, past or to come, that fits. */
    when: (what: string, fits: (event: JsonEvent) => boolean, timeoutMs = 10_000) =>
      until(() => events.find(fits), { what, timeoutMs }),
    async end(): Promise<number> {
      child.stdin.end();
      await reading;
      return await child.exited;
    },
    kill: () => child.kill('SIGKILL'),
    terminate: () => child.kill('SIGTERM'),
    exited: child.exited,
  };
}
