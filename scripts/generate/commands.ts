import { RIGHTS } from '../../packages/protocol/src/index.ts';
import { type Command, SUBJECTS, usageOf } from '../../packages/terminal/src/index.ts';
import { heading } from './table.ts';

const NEEDS: Record<Command['permission']['needs'], string> = {
  anybody: '',
  nobody: 'Signed out.',
  account: '',
  conversation: 'In a conversation.',
  group: 'In a group.',
};

export function commandsPage(): string {
  return [
    heading('Commands', 'packages/terminal/src/commands'),
    'The same in every face of TPX: a terminal, the desktop, a phone, a browser; scripts give them by name with `--json`.',
    '',
    '- A line without a slash is a message. One that begins with a slash is written with two: `//etc/hosts`.',
    '- `<this>` is needed, `[this]` is not. A name with spaces goes in quotation marks: `/tell "The long room" hello`. A',
    '  backslash takes a space, a quotation mark or another backslash as it is.',
    '- A message is named by nothing (the selected one, else the last that fits), `-2` (the second last), `#123` (its',
    '  number, as /history and /search show it) or `bob` (the last one of bob; `@bob` where a text follows).',
    '- Tab completes. What your role does not allow in the open group is neither offered nor completed; typed by hand it',
    '  is refused, with the sentence of the [rights](rights.md).',
    '',
    ...SUBJECTS.flatMap(({ title, commands }) => [`## ${title}`, '', ...commands.flatMap(entry)]),
  ].join('\n');
}

function entry(command: Command): string[] {
  const { aliases, help, details, examples = [] } = command;
  const also = aliases.length > 0 ? ` Also ${aliases.map((alias) => `\`/${alias}\``).join(', ')}.` : '';
  return [
    `### \`${usageOf(command)}\``,
    '',
    `${help}${also}${allowed(command)}`,
    '',
    ...(details === undefined ? [] : [...details.split('\n').flatMap((line) => [line, ''])]),
    ...(examples.length === 0 ? [] : [...examples.map((line) => `    ${line}`), '']),
  ];
}

/** Who may, where not everybody may who is there. */
function allowed({ permission: { needs, right } }: Command): string {
  const place = NEEDS[needs] === '' ? '' : ` *${NEEDS[needs]}*`;
  const actors: readonly string[] = right === undefined ? [] : RIGHTS[right].actors;
  if (actors.length === 0 || actors.includes('user')) return place;
  return `${place} *Only ${actors.map((actor) => `the ${actor}`).join(' and ')}${needs === 'group' ? '' : ' of a group'}.*`;
}
