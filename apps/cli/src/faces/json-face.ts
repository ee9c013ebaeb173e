import { createInterface } from 'node:readline';
import type { App } from '../app.ts';
import type { Command } from '../commands/command.ts';
import { find, namedArgs, requireArgs, unknown } from '../commands/parse-command.ts';
import { COMMANDS } from '../commands/table.ts';
import { toJsonLine } from '../text/escape.ts';
import { errorBody, UsageError } from '../text/explain-error.ts';
import type { Face } from './face.ts';
import { tellJsonEvents } from './json-events.ts';

type Request = { command: string; args: unknown; id: unknown };

/** `--json`: a command a line in, an event a line out (documented by `tpx --help`). */
export class JsonFace implements Face {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    tellJsonEvents(app, (event) => this.#write(event));
  }

  async run(): Promise<number> {
    const app = this.#app;
    this.#write({
      event: 'hello',
      profile: app.profile.name,
      server: app.profile.serverUrl,
      user: app.client.isSignedIn ? app.client.me : null,
    });
    await app.settled();
    const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    let left = false;
    void app.whenQuit.then(() => {
      left = true;
      lines.close();
    });
    for await (const line of lines) {
      if (left) break;
      if (line.trim() !== '') await this.#handle(line);
    }
    return 0;
  }

  left(unsent: number): void {
    this.#write({ event: 'bye', unsent });
  }

  async #handle(line: string): Promise<void> {
    let head: { id?: unknown; command?: string } = {};
    try {
      const request = readRequest(line);
      head = { ...(request.id !== undefined && { id: request.id }), command: request.command };
      const command: Command | undefined = find(request.command, COMMANDS);
      if (!command) throw unknown(request.command, COMMANDS);
      const args = namedArgs(command, request.args);
      requireArgs(command, args);
      this.#write({ event: 'result', ...head, ok: true, data: await command.run(this.#app, args) });
    } catch (error) {
      this.#write({ event: 'result', ...head, ok: false, error: errorBody(error) });
    }
  }

  #write(event: Record<string, unknown>): void {
    process.stdout.write(`${toJsonLine(event)}\n`);
  }
}

/** @throws {UsageError} */
function readRequest(line: string): Request {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new UsageError('Every line is one JSON object: {"command": "…", "args": {…}}.');
  }
  const { command, args = {}, id, ...others } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof command !== 'string')
    throw new UsageError('“command” is missing: {"command": "…", "args": {…}}.');
  const [extra] = Object.keys(others);
  if (extra !== undefined)
    throw new UsageError(`“${extra}” is unknown here: a line has command, args and id.`);
  return { command, args, id };
}
