import { namedArgs, type Places } from '../language/check-args.ts';
import { requireCommand } from '../language/find-command.ts';
import { parseLine } from '../language/parse-line.ts';
import { UsageError } from '../language/usage-error.ts';
import type { Args, Command, Line } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { type ErrorBody, errorBody } from './explain-error.ts';
import { findConversation } from './find-conversation.ts';
import { requireAllowed } from './permission.ts';
import { Secrets } from './secrets.ts';
import { COMMANDS } from './table.ts';

/** What became of a line. `lines` are for people, `data` for scripts. */
export type RunResult =
  | { ok: true; command: string; data: unknown; lines: readonly Line[] }
  | { ok: false; command: string | undefined; error: ErrorBody; lines: readonly Line[] };

/** A typed line: read, permitted, run. Never rejects: what is wrong is part of the result (spec TERM-17). */
export async function runLine(context: CommandContext, line: string): Promise<RunResult> {
  let command: string | undefined;
  try {
    const parsed = parseLine(line, COMMANDS);
    command = parsed.command.name;
    return await run(asItIs(context), parsed.command, parsed.args, parsed.places);
  } catch (error) {
    return failed(command, error, line);
  }
}

/** A command of a script: its name, and its arguments by name. Never rejects. */
export async function runNamed(context: CommandContext, name: string, given: unknown): Promise<RunResult> {
  let command: string | undefined;
  try {
    const found = requireCommand(name, COMMANDS);
    command = found.name;
    return await run(asItIs(context), found, namedArgs(found, given), {});
  } catch (error) {
    return failed(command, error);
  }
}

/** Who turns to another tab while a command waits for the server did not mean it for that one (spec TERM-29). */
function asItIs(context: CommandContext): CommandContext {
  const conversation = context.current();
  const selected = context.selected();
  return { ...context, current: () => conversation, selected: () => selected };
}

async function run(
  context: CommandContext,
  command: Command,
  args: Args,
  places: Places,
): Promise<RunResult> {
  requireAllowed(command, context, await subjectOf(context, command, args));
  const secrets = new Secrets(context, command, args);
  for (;;) {
    const complete = await secrets.ask();
    try {
      const data = await command.run(context, complete);
      const lines = command.show?.(data, context) ?? [];
      return { ok: true, command: command.name, data, lines };
    } catch (error) {
      if (!secrets.forget(error)) throw placed(error, command, complete, places);
    }
  }
}

/** The group that a command names instead of acting on the open one. */
async function subjectOf(context: CommandContext, { args, permission }: Command, given: Args) {
  if (permission.right === undefined || !context.client.isSignedIn) return undefined;
  const name = args.find(({ kind }) => kind === 'group')?.name;
  const text = name === undefined ? undefined : given[name];
  return text === undefined ? undefined : await findConversation(context, text);
}

/** A mistake that is found only when the command runs is most often in its only argument. */
function placed(error: unknown, { args }: Command, given: Args, places: Places): unknown {
  if (!(error instanceof UsageError) || error.at) return error;
  const [only, ...others] = args.filter(({ name }) => given[name] !== undefined);
  const at = only && others.length === 0 ? places[only.name] : undefined;
  return at ? new UsageError(error.message, at) : error;
}

function failed(command: string | undefined, error: unknown, line?: string): RunResult {
  const body = errorBody(error);
  return {
    ok: false,
    command,
    error: body,
    lines: [{ kind: 'error', text: body.message }, ...pointer(body, line)],
  };
}

/** The line again up to its wrong part, which is marked, where that fits one row of every terminal. */
function pointer({ start, end }: ErrorBody, line: string | undefined): Line[] {
  if (line === undefined || start === undefined || end === undefined || end > POINTER_MAX) return [];
  if (/[^\x20-\x7e]/.test(line.slice(0, end))) return [];
  return [
    // No further: what follows may be a password.
    { kind: 'code', text: line.slice(0, end) },
    { kind: 'code', text: `${' '.repeat(start)}${'^'.repeat(Math.max(1, end - start))}` },
  ];
}

/** More would wrap, and the mark would stand under something else. */
const POINTER_MAX = 36;
