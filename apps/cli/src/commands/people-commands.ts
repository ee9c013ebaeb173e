import type { MemberObject } from '@tpx/protocol';
import { command } from './command.ts';

export const PEOPLE_COMMANDS = [
  command({
    name: 'who',
    aliases: ['members'],
    args: [],
    help: 'Who is in the open conversation, and who of them is online',
    async run(app) {
      const conversation = app.requireCurrent();
      await app.ready(conversation);
      const isOnline = (id: string) => conversation.onlineUsers.some(({ userId }) => userId === id);
      const { about, topic, onlineCount } = conversation;
      if (about.kind === 'dm') {
        const ids = [...new Set([about.user_a, about.user_b])];
        await app.learn(ids);
        const people = ids.map((id) => ({ id, name: app.name(id), role: 'user', online: isOnline(id) }));
        return { topic, of: ids.length, online: onlineCount, people };
      }
      const { members } = await app.client.rest.groups.members(about.id, { limit: 100 });
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
    name: 'ping',
    aliases: [],
    args: [],
    help: 'PING!!! everybody who has the open conversation on a screen',
    async run(app) {
      await app.requireCurrent().ping();
      return {};
    },
  }),
] as const;

function personOf({ user, role }: MemberObject, online: boolean) {
  return { id: user.id, name: user.username ?? user.display_name, role, online };
}
