import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createPerson, type Person, TEST_PASSWORD, until } from '@tpx/testkit';
import { type CliHome, runCli } from './cli.fixture.ts';

const MAIN = resolve(import.meta.dirname, '../apps/cli/src/main.ts');
const exec = promisify(execFile);

/** Whether terminals can be tested here; where not, a test skips itself. */
export const hasTmux = Bun.which('tmux') !== null;

/** `hello<Enter>`: text as it is typed, keys by tmux's names in angle brackets. */
export type Keys = string;
export type Screen = { rows: string[]; text: string };
type Expected = string | RegExp | ((screen: Screen) => boolean);

/** A tmux server of one test file, on a socket of its own. */
export class Tmux {
  readonly #socket: string;
  readonly #home: CliHome;
  #panes = 0;

  constructor(name: string, home: CliHome) {
    this.#socket = `tpx-${name}-${process.pid}`;
    this.#home = home;
  }

  run = async (...args: string[]): Promise<string> =>
    (await exec('tmux', ['-L', this.#socket, '-f', '/dev/null', ...args], { env: this.#home.env })).stdout;

  /** A shell that has started the client with these arguments. */
  async open(args: readonly string[], options: PaneOptions = {}): Promise<Pane> {
    const { columns = 80, rows = 24, env = {}, program = [process.execPath, MAIN] } = options;
    const name = `pane${++this.#panes}`;
    const size = ['-x', String(columns), '-y', String(rows)];
    // A session each: windows of one session share its size.
    const place = ['-c', this.#home.folder];
    await this.run(
      'new-session',
      '-d',
      '-s',
      name,
      ...size,
      ...place,
      'env PS1="$ " bash --norc --noprofile',
    );
    await this.run('set-option', '-g', 'default-terminal', 'tmux-256color');
    await this.run('set-option', '-g', 'escape-time', '0');
    const pane = new Pane(this.run, name, this.#home.folder);
    await pane.shows('$');
    const variables = Object.entries(env).map(([key, value]) => `${key}='${value}'`);
    const command = [...variables, ...program, ...args.map((arg) => `'${arg}'`)].join(' ');
    await pane.press(`clear; ${command}<Enter>`);
    return pane;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('kill-server').catch(() => undefined);
  }
}

type PaneOptions = {
  columns?: number;
  rows?: number;
  env?: Readonly<Record<string, string>>;
  /** What starts the client, before its arguments. */
  program?: readonly string[];
};

/** One terminal that is typed into and looked at. */
export class Pane {
  readonly #tmux: Tmux['run'];
  readonly #folder: string;
  readonly name: string;

  /** `folder`: for what is recorded. */
  constructor(tmux: Tmux['run'], name: string, folder: string) {
    this.#tmux = tmux;
    this.name = name;
    this.#folder = folder;
  }

  /** Escape has to have had its effect before another key follows: together they would be that key with Alt. */
  async press(keys: Keys): Promise<void> {
    for (const part of keys.split(/(<[A-Za-z0-9-]+>)/).filter((text) => text !== '')) {
      const key = /^<(.+)>$/.exec(part)?.[1];
      if (key === undefined) await this.#tmux('send-keys', '-t', this.name, '-l', '--', part);
      else await this.#tmux('send-keys', '-t', this.name, key);
    }
  }

  /** As a terminal pastes, bracketed where the program asked for it. */
  async paste(text: string): Promise<void> {
    await this.#tmux('set-buffer', '-b', this.name, '--', text);
    await this.#tmux('paste-buffer', '-p', '-d', '-b', this.name, '-t', this.name);
  }

  /** A press of the left button, as a terminal reports it (SGR), on the first row that shows the text. */
  async click(text: string): Promise<void> {
    const { rows } = await this.shows(text);
    const row = rows.findIndex((one) => one.includes(text));
    await this.#mouse(0, (rows[row] ?? '').indexOf(text) + 1, row + 1);
  }

  /** One notch of the wheel, over the messages. */
  async wheel(way: 'up' | 'down'): Promise<void> {
    await this.#mouse(way === 'up' ? 64 : 65, 10, 5);
  }

  /** Everything that the program writes from now on, byte for byte. */
  async record(): Promise<() => Promise<string>> {
    const file = join(this.#folder, `${this.name}.bytes`);
    await this.#tmux('pipe-pane', '-t', this.name, `cat > ${file}`);
    return () => readFile(file, 'utf8').catch(() => '');
  }

  async #mouse(button: number, column: number, row: number): Promise<void> {
    const bytes = Buffer.from(`\u001b[<${button};${column};${row}M`);
    await this.#tmux(
      ...['send-keys', '-t', this.name, '-H'],
      ...[...bytes].map((byte) => byte.toString(16).padStart(2, '0')),
    );
  }

  async screen(): Promise<Screen> {
    const text = await this.#tmux('capture-pane', '-p', '-t', this.name);
    return { text, rows: text.split('\n').slice(0, -1) };
  }

  /** With its colours and attributes, as escape sequences. */
  styled(): Promise<string> {
    return this.#tmux('capture-pane', '-p', '-e', '-t', this.name);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-t', this.name, '-x', String(columns), '-y', String(rows));
  }

  /** A format of tmux about this pane: `pane_pid`, `alternate_on`, `cursor_flag`. */
  async ask(format: string): Promise<string> {
    return (await this.#tmux('display-message', '-p', '-t', this.name, `#{${format}}`)).trim();
  }

  /** Resolves with the first screen that fits. */
  async shows(expected: Expected, timeoutMs = 5_000): Promise<Screen> {
    let last: Screen = { rows: [], text: '' };
    try {
      return await until(
        async () => {
          last = await this.screen();
          return fits(last, expected) ? last : undefined;
        },
        { what: String(expected), timeoutMs, everyMs: 20 },
      );
    } catch (error) {
      throw new Error(`${(error as Error).message} The screen:\n${last.text}`);
    }
  }

  /** Screen before, keys, screen after. */
  async triple(before: Expected, keys: Keys, after: Expected): Promise<Screen> {
    await this.shows(before);
    await this.press(keys);
    return await this.shows(after);
  }
}

function fits(screen: Screen, expected: Expected): boolean {
  if (typeof expected === 'string') return screen.text.includes(expected);
  return expected instanceof RegExp ? expected.test(screen.text) : expected(screen);
}

/** Somebody with a profile of the same name, signed in on this machine. */
export async function signedIn(home: CliHome, server: { url: string }, name: string): Promise<Person> {
  const person = await createPerson(server, name);
  const { code, output, errors } = await runCli(home, [
    ...['--server', server.url, '-P', name],
    ...['login', person.username, TEST_PASSWORD],
  ]);
  if (code !== 0 || !output.includes('Signed in'))
    throw new Error(`${name} is not signed in: ${output}${errors}`);
  return person;
}
