import { listLines, SUBJECTS } from '@tpx/terminal';
import { OPTIONS, type Option } from '../config/options.ts';

const PLACEHOLDERS = { address: ' URL', text: ' NAME' } as const;

/** `tpx --help` */
export function startHelp(): string[] {
  return [
    'tpx: talk in this terminal',
    '',
    '  tpx [options]                     the terminal',
    '  tpx [options] register NAME       a new account, then the terminal; login NAME for one that there is',
    '  tpx [options] send WHO [TEXT]     one message, from the input where no text is given',
    '  tpx [options] COMMAND             any command of the list below, and its answer',
    '  tpx --json                        for scripts, see below',
    '',
    ...optionLines(),
    '',
    ...listLines(SUBJECTS, () => true).map((line) => (typeof line === 'string' ? `  ${line}` : line.text)),
    '',
    'It ends with 0, 1 where something was refused or is not sent, 2 where it was asked wrongly. With --json, every line',
    'of input is one command with its arguments by name, and an id of your choice or none; every line of output is one',
    'event, the answers among them in the order of the commands:',
    '',
    '  {"command": "dm", "args": {"user": "bob"}, "id": 1}',
    '  {"event": "result", "id": 1, "command": "dm", "ok": true, "data": {…}}',
    '  {"event": "result", "command": "msg", "ok": false, "error": {"code": "…", "message": "…"}}',
    '',
    'The other events: hello, connection, message, edited, deleted, reaction, outbox (a message of yours is "sending",',
    '"sent" or "failed"), ladder (it is "delivered" or "read"), read, typing, presence, ping, progress,',
    'conversation_added, conversation_removed, signed_out, bye. Those of a conversation have its "topic"; objects are as',
    'in the REST interface.',
  ];
}

function optionLines(): string[] {
  const lines = Object.values<Option>(OPTIONS).flatMap(({ flag, short, kind, help }) => {
    if (flag === undefined) return [];
    const value = kind.is === 'address' || kind.is === 'text' ? PLACEHOLDERS[kind.is] : '';
    return [{ usage: `${short ? `-${short}, ` : '    '}--${flag}${value}`, help }];
  });
  const width = Math.max(...lines.map(({ usage }) => usage.length)) + 2;
  return lines.map(({ usage, help }) => `  ${usage.padEnd(width)}${help}`);
}
