import { type InviteObject, requireRightAtAll } from '@tpx/protocol';
import { command } from './command.ts';
import { requireConfirmed } from './confirm.ts';
import { findUser } from './find-user.ts';
import { GROUP_SETTINGS, readGroupSetting, SETTING_NAMES } from './group-settings.ts';
import { dayAndClock } from './message-text.ts';
import { groupOf, requireCurrent } from './permission.ts';

export const GROUP_COMMANDS = [
  command({
    name: 'invite',
    aliases: [],
    args: [
      { name: 'uses', kind: 'number', optional: true },
      { name: 'hours', kind: 'number', optional: true },
    ],
    help: 'Make a code with which others can join the open group.',
    details: 'It may be limited to so many uses, and to so many hours.',
    examples: ['/invite', '/invite 1 24'],
    permission: { needs: 'group', right: 'invite' },
    async run(context, { uses, hours }) {
      const group = requireCurrent(context);
      const answer = await context.client.rest.groups.invite(group.id, {
        ...(uses !== undefined && { max_uses: Number(uses) }),
        ...(hours !== undefined && { expires_in: Number(hours) * 3_600 }),
      });
      return { group_id: group.id, ...answer };
    },
    show: ({ invite }) => [`Others come in with: ${joinLine(invite)}`],
  }),
  command({
    name: 'invites',
    aliases: [],
    args: [],
    help: 'The invites of the open group that still work.',
    permission: { needs: 'group', right: 'invite' },
    async run(context) {
      const { invites } = await context.client.rest.groups.invites(requireCurrent(context).id, {
        limit: 100,
      });
      await context.learn(invites.map(({ created_by }) => created_by));
      return { invites };
    },
    show: ({ invites }, { name }) =>
      invites.length === 0
        ? ['There are none: /invite makes one.']
        : invites.map((invite) => {
            const { created_by, uses, max_uses, expires_at } = invite;
            const until = expires_at === null ? '' : `, until ${dayAndClock(expires_at)}`;
            const of = max_uses === null ? '' : ` of ${max_uses}`;
            return `${joinLine(invite)}  by ${name(created_by)}, used ${uses}${of}${until}`;
          }),
  }),
  command({
    name: 'uninvite',
    aliases: [],
    args: [{ name: 'code', kind: 'word' }],
    help: 'Take an invite back.',
    details: 'The code is what stands after the slash in /invites.',
    permission: { needs: 'group', right: 'invite' },
    async run(context, { code = '' }) {
      const group = requireCurrent(context);
      const bare = code.split('/').at(-1) ?? code;
      await context.client.rest.groups.revokeInvite(group.id, bare);
      return { group_id: group.id, code: bare };
    },
    show: () => ['Nobody comes in with it any more.'],
  }),
  command({
    name: 'group set',
    aliases: [],
    args: [
      { name: 'setting', kind: 'word', choices: SETTING_NAMES },
      {
        name: 'value',
        kind: 'word',
        rest: true,
        offersAfter: Object.fromEntries(GROUP_SETTINGS.map(({ name, offers }) => [name, offers])),
      },
    ],
    help: 'Change a rule of the open group.',
    details: GROUP_SETTINGS.map(({ name, help }) => `${name}: ${help}.`).join('\n'),
    examples: ['/group set name The long room', '/group set retention 30d', '/group set upload_max 50MB'],
    permission: { needs: 'group', right: 'set_rules' },
    async run(context, { setting = '', value = '' }) {
      const group = requireCurrent(context);
      return await context.client.rest.groups.change(group.id, readGroupSetting(setting, value));
    },
  }),
  command({
    name: 'topic',
    aliases: ['t', 'group topic'],
    args: [{ name: 'description', kind: 'text', rest: true, optional: true }],
    help: 'The description of the open group; with a text its owner changes it.',
    permission: { needs: 'group' },
    async run(context, { description }) {
      const group = requireCurrent(context);
      const { name, description: before } = groupOf(group);
      if (description === undefined) return { name, description: before };
      requireRightAtAll(groupOf(group).role ?? 'none', 'set_rules');
      const changed = await context.client.rest.groups.change(group.id, { description });
      return { name: changed.group.name, description: changed.group.description };
    },
    show: ({ name, description }) => [
      description === '' ? `${name} has no description.` : `${name}: ${description}`,
    ],
  }),
  command({
    name: 'group transfer',
    aliases: [],
    args: [{ name: 'user', kind: 'member' }],
    help: 'Make another member the owner of the open group; you become an admin.',
    permission: { needs: 'group', right: 'transfer' },
    async run(context, { user = '' }) {
      const group = requireCurrent(context);
      await requireConfirmed(context, `Give the group to ${user}?`);
      return await context.client.rest.groups.transfer(group.id, (await findUser(context, user)).id);
    },
  }),
  command({
    name: 'group delete',
    aliases: [],
    args: [],
    help: 'Delete the open group with everything in it, for everybody.',
    permission: { needs: 'group', right: 'delete_group' },
    async run(context) {
      const group = requireCurrent(context);
      const { id, topic } = group;
      const { name } = groupOf(group);
      await requireConfirmed(context, `Delete ${name} with everything in it, for everybody?`);
      await context.client.rest.groups.delete(id);
      return { topic, name };
    },
    show: ({ name }) => [`${name} is deleted.`],
  }),
] as const;

function joinLine({ group_id, code }: InviteObject): string {
  return `/join ${group_id}/${code}`;
}
