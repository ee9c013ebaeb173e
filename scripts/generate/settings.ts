import { SETTINGS } from '../../apps/server/src/config/settings.ts';
import { heading, table } from './table.ts';

export function settingsPage(): string {
  const rows = Object.entries(SETTINGS).map(([name, { default: value, help }]) => [
    `\`${name}\``,
    value === null ? 'not set' : value === '' ? 'empty' : `\`${value}\``,
    help,
  ]);
  return [
    heading('Settings', 'apps/server/src/config/settings.ts'),
    'A node reads its settings from the environment, once, at its start. A `TPX_` variable that is not in this table, or',
    'one that contradicts another, stops the start with a sentence that says what to change.',
    '',
    table(['variable', 'unset means', 'what it does'], rows),
  ].join('\n');
}
