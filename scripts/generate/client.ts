import { OPTIONS, type Option } from '../../apps/cli/src/config/options.ts';
import { heading, table } from './table.ts';

/** `docs/client.md`: written here, with the lists that come from the table of options. */
export function clientPage(): string {
  const options = Object.values<Option>(OPTIONS);
  const flags = options.flatMap(({ flag, short, help, unset }) =>
    flag === undefined ? [] : [[`\`--${flag}\`${short ? `, \`-${short}\`` : ''}`, help, unset]],
  );
  const keys = options.flatMap(({ toml, help, unset }) =>
    toml === undefined ? [] : [[`\`${toml}\``, help, unset]],
  );
  return `${heading('The client', 'scripts/generate/client.ts and apps/cli/src/config/options.ts')}
    npm run tpx -- register alice          a new account; it asks for a password, and then you are in
    npm run tpx                            the account that you used last
    npm run tpx -- -P work                 another one
    npm run tpx -- send bob on my way      one message, and the exit code says whether it arrived
    npm run tpx -- --linear                lines that are only ever added, for screen readers
    npm run tpx -- --json                  for scripts

A line without a slash is a message. \`/help\` lists what you can do where you are, \`/keys\` the keys, and Tab completes
commands, people, conversations and emoji. Every command is in [commands.md](commands.md).

## Keys to begin with

| keys | |
|---|---|
| Tab, Alt+1 to 9, Ctrl+n, Ctrl+p | complete; a tab by its number, the next, the one before |
| Alt+a, Alt+h, Alt+k | the next tab where something happened; the first unread message; a tab by some letters of its name |
| PageUp, PageDown, Ctrl+s, Ctrl+r | scroll; search what is on this device; search what you have sent |
| Alt+Enter, Alt+e, Up | a new line; your own editor; what you sent before |
| Alt+Up, then r + e d f p c o | pick out a message: reply, react, edit, delete, forward, pin, copy, open its link |
| F7, F8, Alt+m, Ctrl+z, Ctrl+q | the list of members; milliseconds; the mouse; the shell; quit |

\`/keys halloy\` takes another preset, and any key can be bound in the file below.

## Marks

\`sending\` is on this device only, \`sent\` is stored by the server, \`D\` is on a device of everybody, \`R\` everybody has read,
\`D 2/5\` two of five; \`failed\` says why, and \`/resend\` tries again. What you write without a connection is kept, also when you
quit, and delivered once.

## Options

${table(['flag', 'what it does', 'without it'], flags)}
Flags stand before the command: \`tpx -P work send bob -- hello\`.

## config.toml

In \`$XDG_CONFIG_HOME/tpx\`, mostly \`~/.config/tpx/config.toml\`. Nothing has to be in it, and the program never writes it. What
you choose with commands (\`/theme\`, \`/notify\`, ...) is kept apart, in \`$XDG_STATE_HOME/tpx\`, and holds until you change the
same thing in the file.

${table(['key', 'what it does', 'without it'], keys)}
    theme = "terminal-light"
    highlights = ["harbour", "/release \\\\d+/i"]

    [notify]
    groups = "all"

    [bindings]
    "ctrl+g" = "switcher"
    "ctrl+q" = false

A mistake stops the start with its line: \`config.toml line 7: there is no option “thme”. Did you mean “theme”?\`

## Accounts

A profile is an account on this machine. Its tokens, its outbox and the newest part of its history are in
\`$XDG_DATA_HOME/tpx/<profile>\`, readable by you only; \`/logout\` removes them. A profile is open in one program at a time.

## Scripts

With \`--json\` every line of input is one command with its arguments by name, and an id of your choice or none; every line of
output is one event, the answers among them in the order of the commands. \`tpx --help\` lists the events.

    {"command": "dm", "args": {"user": "bob"}, "id": 1}
    {"event": "result", "id": 1, "command": "dm", "ok": true, "data": {"topic": "dm:..."}}

A single command ends with 0; with 1 where it was refused, or a message is not sent (it is kept, and sent the next time);
with 2 where it was asked wrongly.

## Terminals

True colour, 256 colours, 16 or none: COLORTERM and TERM decide, NO_COLOR takes all away; the theme \`monochrome\` does with bold
and reverse alone. Links, the clipboard (OSC 52), notifications (OSC 9), the kitty keyboard and synchronised output are used
where a terminal has them. With TERM=dumb and on pipes it speaks in lines.
`;
}
