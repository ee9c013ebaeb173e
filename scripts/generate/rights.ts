import { ACTIONS, mayDo, RIGHTS, type Role, type Standing } from '../../packages/protocol/src/index.ts';
import { heading, table } from './table.ts';

const ACTORS: readonly Role[] = ['owner', 'admin', 'user', 'banned'];
const TARGETS: readonly Standing[] = ['owner', 'admin', 'user', 'banned', 'none'];
const NAMES: Record<Standing, string> = {
  owner: 'owner',
  admin: 'admins',
  user: 'users',
  banned: 'banned',
  none: 'strangers',
};

export function rightsPage(): string {
  const rows = ACTIONS.map((action) => [
    `\`${action}\``,
    ...ACTORS.map((actor) => {
      if (!('towards' in RIGHTS[action])) return mayDo(actor, action) ? 'yes' : 'no';
      const targets = TARGETS.filter((target) => mayDo(actor, action, target));
      return targets.length > 0 ? `towards ${targets.map((target) => NAMES[target]).join(', ')}` : 'no';
    }),
  ]);
  return [
    heading('Rights in a group', 'packages/protocol/src/rights.ts'),
    'The server enforces this table in one place; clients read it to hide what is not allowed.',
    '',
    table(['action', ...ACTORS], rows),
  ].join('\n');
}
