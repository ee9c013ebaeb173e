import type { MemberObject, Role, UserObject } from '@tpx/protocol';
import { NetworkError } from '@tpx/sdk';
import { command } from './command.ts';
import { otherOf } from './conversation-names.ts';
import { findSomebodyElse, findUser } from './find-user.ts';
import { dayAndClock } from './message-text.ts';
import { requireCurrent } from './permission.ts';
import { joined } from './wait-for-connection.ts';

export const PEOPLE_COMMANDS = [
  command({
    name: 'who',
    aliases: ['w', 'names', 'members'],
    args: [],
    help: 'Who is in the open conversation, and who of them is online.',
    permission: { needs: 'conversation', right: 'read' },
    async run(context) {
      const conversation = requireCurrent(context);
      await joined(conversation, context.client);
      if (context.client.connection.state !== 'online')
        throw new NetworkError('disconnected', 'Who is here is not known without a connection.');
      const { about, topic, onlineCount } = conversation;
      const isOnline = (id: string) => conversation.onlineUsers.some(({ userId }) => userId === id);
      if (about.kind === 'dm') {
        const ids = [...new Set([about.user_a, about.user_b])];
        await context.learn(ids);
        const people = ids.map((id) => ({
          id,
          name: context.name(id),
          role: 'user' as Role,
          online: isOnline(id),
        }));
        return { topic, of: ids.length, online: onlineCount, people };
      }
      const { members } = await context.client.rest.groups.members(about.id, { limit: 100 });
      const people = members.map((member) => personOf(member, isOnline(member.user.id)));
      return { topic, of: about.member_count, online: onlineCount, people };
    },
    show: ({ people, of, online }) => [
      `${of} in here, ${online} online`,
      ...people.map(
        ({ name, role, online }) => `  ${online ? '●' : '○'} ${name}${role === 'user' ? '' : ` (${role})`}`,
      ),
      ...(of > people.length ? [`  and ${of - people.length} more`] : []),
    ],
  }),
  command({
    name: 'whois',
    aliases: ['wi', 'whoami'],
    args: [{ name: 'user', kind: 'user', optional: true }],
    help: 'Who somebody is: names, PIN, status. Without a name, the other side of a DM, else you.',
    permission: { needs: 'account' },
    async run(context, { user: ref }) {
      const { client } = context;
      const about = context.current()?.about;
      if (ref !== undefined) return { user: await client.people.find((await findUser(context, ref)).id) };
      if (about?.kind === 'dm') return { user: await client.people.find(otherOf(about, client.me.id)) };
      return { user: await client.refreshMe() };
    },
    show: ({ user }, { client }) =>
      whoisLines(user, client.isSignedIn && client.me.blocked_users.includes(user.id)),
  }),
  command({
    name: 'block',
    aliases: [],
    args: [{ name: 'user', kind: 'user' }],
    help: 'Take no messages, pings or mentions from somebody, and show them nothing of you.',
    permission: { needs: 'account' },
    async run(context, { user: ref = '' }) {
      const user = await findSomebodyElse(context, ref);
      await context.client.setBlocked(user.id, true);
      return { user };
    },
    show: ({ user }) => [`${user.username ?? user.display_name} is blocked. /unblock takes it back.`],
  }),
  command({
    name: 'unblock',
    aliases: [],
    args: [{ name: 'user', kind: 'blocked' }],
    help: 'Take messages from somebody again.',
    permission: { needs: 'account' },
    async run(context, { user: ref = '' }) {
      const user = await findSomebodyElse(context, ref);
      await context.client.setBlocked(user.id, false);
      return { user };
    },
    show: ({ user }) => [`${user.username ?? user.display_name} is not blocked any more.`],
  }),
  command({
    name: 'blocked',
    aliases: [],
    args: [],
    help: 'Whom you have blocked.',
    permission: { needs: 'account' },
    run: ({ client }) => client.rest.users.blocked({ limit: 100 }),
    show: ({ users }) =>
      users.length === 0 ? ['Nobody.'] : users.map(({ username, display_name }) => username ?? display_name),
  }),
  command({
    name: 'ping',
    aliases: [],
    args: [],
    help: 'PING!!! everybody who has the open conversation on a screen.',
    permission: { needs: 'conversation', right: 'send' },
    async run(context) {
      await requireCurrent(context).ping();
      return {};
    },
    show: () => ['PING!!!'],
  }),
] as const;

function personOf({ user, role }: MemberObject, online: boolean) {
  return { id: user.id, name: user.username ?? user.display_name, role, online };
}

function whoisLines(
  { username, display_name, pin, status, created_at }: UserObject,
  blocked: boolean,
): string[] {
  const state = status.text === '' ? status.state : status.text;
  return [
    `${display_name} (${username ?? 'deleted account'})${blocked ? ', blocked by you' : ''}`,
    `  PIN ${pin ?? 'none'}, status: ${state}, here since ${dayAndClock(created_at)}`,
  ];
}
