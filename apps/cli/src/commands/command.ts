import type { App } from '../app.ts';

export type Arg = {
  name: string;
  optional?: true;
  /** Everything to the end of the line, spaces included. Only the last can be one. */
  rest?: true;
  /** Asked for without echo where it is missing and somebody sits at a terminal. */
  secret?: true;
};

export type Args = Readonly<Record<string, string>>;

/**
 * A command as data: the parser, the help and both faces read this table and nothing else. `run` gives what scripts get
 * as `data`; `show` makes lines of it for people, none where it says nothing that is not seen anyway.
 */
export type Command<Data = unknown> = {
  /** One word or two: `group create`. */
  name: string;
  aliases: readonly string[];
  args: readonly Arg[];
  help: string;
  /** What forbids it already, before anything that is missing is asked for. @throws {UsageError} */
  allow?(app: App): void;
  run(app: App, args: Args): Promise<Data>;
  show?(data: Data, app: App): string[];
};

/** Keeps `show` in step with what `run` gives, and lets commands of different data share a table. */
export function command<Data>(definition: Command<Data>): Command {
  return definition as Command;
}

/** `/dm <user>`, `/history [n]` */
export function usageOf({ name, args }: Pick<Command, 'name' | 'args'>): string {
  return [`/${name}`, ...args.map((arg) => (arg.optional ? `[${arg.name}]` : `<${arg.name}>`))].join(' ');
}
