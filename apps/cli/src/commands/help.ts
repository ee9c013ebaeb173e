import { usageOf } from './command.ts';
import { COMMANDS } from './table.ts';

/** The commands as they stand in the table. */
export function helpLines(): string[] {
  const usages = COMMANDS.map(usageOf);
  const width = Math.max(...usages.map((usage) => usage.length)) + 2;
  return COMMANDS.map(({ help, aliases }, index) => {
    const also = aliases.length > 0 ? ` (also ${aliases.map((alias) => `/${alias}`).join(', ')})` : '';
    return `${(usages[index] ?? '').padEnd(width)}${help}${also}`;
  });
}

/** `tpx --help` */
export function startHelp(): string[] {
  return [
    'tpx: talk in this terminal',
    '',
    '  npm run tpx -- [options] [command]',
    '',
    '  --server URL         where the server is; remembered for the profile (http://127.0.0.1:4000)',
    '  -P, --profile NAME   one account each, kept apart; unset: the name in register or login,',
    '                       else the one used last',
    '  --json               for scripts, see below',
    '  -h, --help           this',
    '',
    'A command to begin with goes without its slash: tpx register alice',
    'Lines from a pipe work as if they were typed; at the end of the input tpx sends what is left and ends.',
    '',
    ...helpLines(),
    '',
    'With --json, every line of input is one command with its arguments by name, and an id of your choice or none:',
    '',
    '  {"command": "dm", "args": {"user": "bob"}, "id": 1}',
    '  {"command": "msg", "args": {"text": "hello"}}',
    '',
    'Every line of output is one event. The answer to a command, in the order of the commands:',
    '',
    '  {"event": "result", "id": 1, "command": "dm", "ok": true, "data": {…}}',
    '  {"event": "result", "command": "msg", "ok": false, "error": {"code": "…", "message": "…"}}',
    '',
    'and what happens meanwhile: hello, connection, message, edited, deleted, reaction, outbox (a message of yours is',
    '"sending", "sent" or "failed"), ladder (it is "delivered" or "read"), read, typing, presence, ping,',
    'conversation_added, conversation_removed, signed_out. Those of a conversation have its "topic"; objects are as in',
    'the REST interface.',
  ];
}
