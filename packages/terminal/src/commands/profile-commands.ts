import { comesWithMedia } from './comes-with-media.ts';
import { command } from './command.ts';

const STATES = ['online', 'offline'] as const;

export const PROFILE_COMMANDS = [
  command({
    name: 'nick',
    aliases: [],
    args: [{ name: 'name', kind: 'text', rest: true, optional: true }],
    help: 'Change the name that is displayed for you; alone it shows it.',
    details: 'Your user name, by which you sign in and are mentioned, stays.',
    examples: ['/nick Alice L.'],
    permission: { needs: 'account' },
    async run({ client }, { name }) {
      if (name !== undefined) await client.rest.users.change({ display_name: name });
      const { display_name, username } = name === undefined ? client.me : await client.refreshMe();
      return { display_name, username };
    },
    show: ({ display_name, username }) => [`You are ${display_name} (${username}).`],
  }),
  command({
    name: 'status',
    aliases: ['away'],
    args: [{ name: 'status', kind: 'text', rest: true, optional: true }],
    help: 'Say how you are: online, offline (you appear offline), or anything of your own.',
    details: 'Alone it shows your status.',
    examples: ['/status at lunch', '/status offline', '/status online'],
    permission: { needs: 'account' },
    async run({ client }, { status }) {
      if (status === undefined) return { status: client.me.status };
      const state = STATES.find((one) => one === status.toLowerCase()) ?? 'custom';
      await client.rest.users.change({ status: { state, text: state === 'custom' ? status : '' } });
      return { status: (await client.refreshMe()).status };
    },
    show: ({ status: { state, text } }) => [`Your status: ${text === '' ? state : text}.`],
  }),
  command({
    name: 'back',
    aliases: [],
    args: [],
    help: 'Be online again, without a status text.',
    permission: { needs: 'account' },
    async run({ client }) {
      await client.rest.users.change({ status: { state: 'online', text: '' } });
      return { status: (await client.refreshMe()).status };
    },
    show: () => ['Your status: online.'],
  }),
  command({
    name: 'profile set-photo',
    aliases: [],
    args: [{ name: 'path', kind: 'path', rest: true }],
    help: 'Set your photo. It comes with media: not in this version yet.',
    permission: { needs: 'account' },
    run: () => comesWithMedia('Photos'),
  }),
] as const;
