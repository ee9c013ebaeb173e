import { errorBody, type RunResult, runNamed, settled, UsageError } from '@tpx/terminal';
import type { LineContext } from '../lines/line-context.ts';
import type { Profile } from '../profiles/profile.ts';
import { toJsonLine } from '../text/escape.ts';
import { EXIT } from './exit-code.ts';
import { tellJsonEvents } from './json-events.ts';
import { LineReader } from './line-reader.ts';

type Request = { command: string; args: unknown; id: unknown };

/** `--json`: a command a line in, an event a line out (documented in docs/client.md). */
export class JsonFace {
  readonly #context: LineContext;
  readonly #profile: Profile;
  readonly #reader = new LineReader();

  constructor(context: LineContext, profile: Profile, saysYes: boolean) {
    this.#context = context;
    this.#profile = profile;
    context.asking = {
      ...context.asking,
      confirm: () => Promise.resolve(saysYes),
      progress: (text) => this.#write({ event: 'progress', text }),
    };
    tellJsonEvents(context.client, (event) => this.#write(event));
    void context.whenQuit.then(() => this.#reader.close());
  }

  async run(): Promise<number> {
    const { client } = this.#context;
    const { name, serverUrl } = this.#profile;
    this.#write({
      event: 'hello',
      profile: name,
      server: serverUrl,
      user: client.isSignedIn ? client.me : null,
    });
    await settled(client);
    for (;;) {
      const line = await this.#reader.next();
      if (line === undefined) break;
      if (line.trim() !== '') await this.#handle(line);
    }
    return EXIT.ok;
  }

  left(unsent: number): void {
    this.#write({ event: 'bye', unsent });
  }

  async #handle(line: string): Promise<void> {
    let head: { id?: unknown; command?: string } = {};
    try {
      const request = readRequest(line);
      head = { ...(request.id !== undefined && { id: request.id }), command: request.command };
      this.#answer(head, await runNamed(this.#context, request.command, request.args));
    } catch (error) {
      this.#write({ event: 'result', ...head, ok: false, error: errorBody(error) });
    }
  }

  #answer(head: object, result: RunResult): void {
    const rest = result.ok ? { ok: true, data: result.data } : { ok: false, error: result.error };
    this.#write({ event: 'result', ...head, ...rest });
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
