import type { Action, RefusalCode } from '@tpx/protocol';
import type { CommandContext } from './command-context.ts';

/** What an argument is: decides how it is read and what Tab offers for it. */
export type ArgKind =
  | 'text'
  | 'word'
  | 'number'
  | 'user'
  | 'member'
  | 'banned'
  | 'blocked'
  | 'ignored'
  | 'highlight'
  | 'conversation'
  | 'group'
  | 'message'
  | 'refused'
  | 'emoji'
  | 'command'
  | 'theme'
  | 'level'
  | 'path'
  | 'session'
  | 'secret';

export type Arg = {
  name: string;
  kind: ArgKind;
  optional?: true;
  /** Everything to the end of the line, spaces included. Only the last can be one. */
  rest?: true;
  /** The only words it may be. */
  choices?: readonly string[];
  /** What it has to be; the prompt says so. */
  rule?: string;
  /**
   * Of a secret that the person chooses: what is wrong with it, as a sentence. It is asked for until nothing is, and then
   * again, to catch a typing mistake.
   */
  chosen?(secret: string): string | undefined;
  /** The refusals that are about this secret: it is asked for again. */
  refusedBy?: { code: RefusalCode; reasons?: readonly string[] };
  /** Words to offer, by what the argument before is. Others may stand there too. */
  offersAfter?: Readonly<Record<string, readonly string[]>>;
};

/** What may be asked of a caller before a command is offered, completed or run. */
export type Permission = {
  /** `anybody` also runs signed out, `nobody` only so; `conversation` and `group` want an open one. */
  needs: 'anybody' | 'nobody' | 'account' | 'conversation' | 'group';
  /**
   * A right of the group's table in `packages/protocol`: a role without it is not offered the command, and Tab offers
   * only those that the table lets it act on. In a DM there are no roles, and it asks for nothing.
   */
  right?: Action;
};

/**
 * A command as data: the parser, the help, the manual, completion and every face read this and nothing else. `run` gives
 * what scripts get as `data`; `show` makes lines of it for people, none where it says nothing that is not seen anyway.
 */
export type Command<Data = unknown> = {
  /** One word or two: `group create`. */
  name: string;
  aliases: readonly string[];
  args: readonly Arg[];
  /** One sentence. */
  help: string;
  /** More for `/help <command>` and the manual. */
  details?: string;
  /** Whole lines, as they are typed. */
  examples?: readonly string[];
  permission: Permission;
  run(context: CommandContext, args: Args): Promise<Data>;
  show?(data: Data, context: CommandContext): readonly Line[];
};

export type Args = Readonly<Record<string, string | undefined>>;

/** A line that a command shows: plain text, or with its kind where it is not just told. */
export type Line = string | { kind: 'told' | 'error' | 'heading' | 'code'; text: string };

/** Keeps `show` in step with what `run` gives, and lets commands of different data share a table. */
export function command<Data>(definition: Command<Data>): Command {
  return definition as Command;
}
