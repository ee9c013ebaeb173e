import type { UserObject } from '@tpx/protocol';
import type { Rest } from '@tpx/sdk';
import { type Args, type Command, command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { findUser } from './find-user.ts';
import { requireCurrent } from './permission.ts';

type Towards = 'add' | 'kick' | 'ban' | 'unban' | 'promote' | 'demote';

export const MODERATION_COMMANDS: readonly Command[] = [
  towards('add', {
    name: 'add',
    aliases: [],
    args: [{ name: 'user', kind: 'user' }],
    help: 'Bring somebody into the open group.',
    examples: ['/add bob'],
  }),
  towards('kick', {
    name: 'kick',
    aliases: ['k'],
    args: [
      { name: 'user', kind: 'member' },
      { name: 'reason', kind: 'text', rest: true, optional: true },
    ],
    help: 'Remove somebody from the open group; they may come back.',
    examples: ['/kick bob please read the topic'],
  }),
  towards('ban', {
    name: 'ban',
    aliases: ['kickban', 'kb'],
    args: [
      { name: 'user', kind: 'user' },
      { name: 'reason', kind: 'text', rest: true, optional: true },
    ],
    help: 'Keep somebody out of the open group, member or not.',
    examples: ['/ban bob spam'],
  }),
  towards('unban', {
    name: 'unban',
    aliases: ['ub'],
    args: [{ name: 'user', kind: 'banned' }],
    help: 'Lift a ban; /bans shows who is banned.',
  }),
  command({
    name: 'bans',
    aliases: [],
    args: [],
    help: 'Who is banned from the open group, by whom and why.',
    permission: { needs: 'group', right: 'unban' },
    async run(context) {
      const { banned } = await context.client.rest.groups.banned(requireCurrent(context).id, { limit: 100 });
      await context.learn(banned.map(({ banned_by }) => banned_by));
      return { banned };
    },
    show: ({ banned }, { name }) =>
      banned.length === 0
        ? ['Nobody is banned here.']
        : banned.map(({ user, reason, banned_by }) => {
            const why = reason === null ? '' : `: ${reason}`;
            return `${user.username ?? user.display_name}, by ${name(banned_by)}${why}`;
          }),
  }),
  towards('promote', {
    name: 'admin promote',
    aliases: ['op'],
    args: [{ name: 'user', kind: 'member' }],
    help: 'Make a member an admin of the open group.',
  }),
  towards('demote', {
    name: 'admin demote',
    aliases: ['deop'],
    args: [{ name: 'user', kind: 'member' }],
    help: 'Take the role of admin from somebody.',
  }),
];

/** What is done to somebody: all are the same call. The notice in the conversation tells of it, so nothing is shown. */
function towards(action: Towards, definition: Omit<Command, 'permission' | 'run' | 'show'>): Command {
  return command({
    ...definition,
    permission: { needs: 'group', right: action },
    async run(context: CommandContext, { user = '', reason }: Args) {
      const target: UserObject = await findUser(context, user);
      const act: Rest['groups'][Towards] = context.client.rest.groups[action];
      const { group } = await act(requireCurrent(context).id, target.id, reason);
      return { group, user: target };
    },
  });
}
