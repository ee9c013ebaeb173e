import type { App } from '../app.ts';
import type { Args, Command } from '../commands/command.ts';
import { missingArg, parseLine, requireArgs } from '../commands/parse-command.ts';
import { COMMANDS } from '../commands/table.ts';
import { explainError, UsageError } from '../text/explain-error.ts';
import type { Face } from './face.ts';
import { LineReader } from './line-reader.ts';
import { PlainEvents } from './plain-events.ts';

const SEND_WITHIN_MS = 5_000;

/** Lines in, lines out: at a terminal with a prompt, or from a pipe without one. */
export class PlainFace implements Face {
  readonly #app: App;
  readonly #first: string | undefined;
  readonly #reader = new LineReader();
  readonly #events: PlainEvents;

  /** `first`: a command given when the program was started. */
  constructor(app: App, first: string | undefined) {
    this.#app = app;
    this.#first = first;
    this.#events = new PlainEvents(app, (lines) => this.#reader.print(lines));
    void app.whenQuit.then(() => this.#reader.close());
  }

  /** 1 where the command it was started with failed and nobody is there who sees it (CLI-8). */
  async run(): Promise<number> {
    const { client, profile, name } = this.#app;
    const at = `at ${profile.serverUrl}`;
    if (client.isSignedIn)
      this.#reader.print([`Signed in as ${name(client.me.id)} ${at}. /help lists the commands.`]);
    else if (this.#first === undefined) {
      this.#reader.print([
        `Not signed in ${at}: /register <username> or /login <username>. /help lists the rest.`,
      ]);
    }
    await this.#app.settled();
    const done = this.#first === undefined || (await this.#handle(this.#first));
    for (;;) {
      const line = await this.#reader.next(this.#prompt());
      if (line === undefined) break;
      if (line.trim() !== '') await this.#handle(line);
    }
    return done || this.#reader.isTerminal ? 0 : 1;
  }

  async left(unsent: number): Promise<void> {
    await this.#events.shown();
    if (unsent === 0) return;
    const what = unsent === 1 ? 'One message is' : `${unsent} messages are`;
    this.#reader.print([`${what} still to be sent, and will be the next time you start.`]);
  }

  #prompt(): string {
    const { current, client } = this.#app;
    if (!client.isSignedIn) return 'tpx> ';
    return current ? `${this.#app.titleOf(current)}> ` : `${this.#app.name(client.me.id)}> `;
  }

  /** False where the command failed, which was told. */
  async #handle(line: string): Promise<boolean> {
    const app = this.#app;
    this.#events.commandRuns = true;
    try {
      const { command, args } = parseLine(line, COMMANDS);
      const complete = await this.#complete(command, args);
      if (command.name === 'msg' && app.current) {
        this.#reader.unshow(line);
        // Who answers has read.
        await app.current.markRead();
      }
      const data = await command.run(app, complete);
      // From a pipe the next command may be about what this one sent.
      if (!this.#reader.isTerminal) await app.drain(SEND_WITHIN_MS);
      await this.#events.shown();
      const lines = command.show?.(data, app) ?? [];
      if (lines.length > 0) this.#reader.print(lines);
      return true;
    } catch (error) {
      await this.#events.shown();
      this.#reader.print([explainError(error)]);
      return false;
    } finally {
      this.#events.commandRuns = false;
    }
  }

  /** Asks for a secret that was not typed with the command. @throws {UsageError} */
  async #complete(command: Command, args: Args): Promise<Args> {
    command.allow?.(this.#app);
    const missing = missingArg(command, args);
    const secret = missing?.secret && (await this.#reader.secret(`${missing.name}: `));
    if (missing?.secret && this.#reader.isTerminal && this.#reader.hasEnded)
      throw new UsageError('Nothing was done.');
    const complete = secret ? { ...args, [missing.name]: secret } : args;
    requireArgs(command, complete);
    return complete;
  }
}
