import { describeIssue, LIMITS, Password } from '@tpx/protocol';
import { UsageError } from '../language/usage-error.ts';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { requireConfirmed } from './confirm.ts';
import { dayAndClock } from './message-text.ts';
import { settled } from './wait-for-connection.ts';

const USERNAME = { name: 'username', kind: 'word' } as const;
const PASSWORD = { name: 'password', kind: 'secret', rest: true } as const;
const CHOSEN_PASSWORD = {
  kind: 'secret',
  rest: true,
  rule: `at least ${LIMITS.passwordMin} characters`,
  chosen: whatIsWrong,
  refusedBy: { code: 'invalid', reasons: ['weak_password', 'same_password'] },
} as const;

export const ACCOUNT_COMMANDS = [
  command({
    name: 'register',
    aliases: [],
    args: [USERNAME, { ...CHOSEN_PASSWORD, name: 'password' }],
    help: 'Make an account and sign in on this device.',
    details: 'Leave the password out and it is asked for without being shown.',
    examples: ['/register alice'],
    permission: { needs: 'nobody' },
    async run(context, { username = '', password = '' }) {
      const device_name = deviceName(context);
      const user = await context.client.register({ username, password, device_name });
      await connected(context);
      return { user };
    },
    show: ({ user }, { name }) => [
      `Welcome, ${name(user.id)}. Your PIN is ${user.pin ?? ''}: others find you by it or by your name.`,
      'Begin with /dm <user> or /group create <name>; /help lists everything.',
    ],
  }),
  command({
    name: 'login',
    aliases: [],
    args: [USERNAME, { ...PASSWORD, refusedBy: { code: 'unauthorized' } }],
    help: 'Sign in on this device.',
    details: 'Leave the password out and it is asked for without being shown.',
    examples: ['/login alice'],
    permission: { needs: 'nobody' },
    async run(context, { username = '', password = '' }) {
      const user = await context.client.login({ username, password, device_name: deviceName(context) });
      await connected(context);
      return { user };
    },
    show: ({ user }, { name }) => [`Signed in as ${name(user.id)}.`],
  }),
  command({
    name: 'logout',
    aliases: [],
    args: [],
    help: 'Sign out, and remove what is kept on this device.',
    permission: { needs: 'account' },
    async run({ client }) {
      await client.logout();
      return {};
    },
  }),
  command({
    name: 'logout everywhere',
    aliases: [],
    args: [],
    help: 'Sign all of your devices out, this one included.',
    details: 'For when a device is lost. /password changes the password and signs out all others.',
    permission: { needs: 'account' },
    async run(context) {
      await requireConfirmed(context, 'Sign out on all of your devices?');
      await context.client.logoutEverywhere();
      return {};
    },
  }),
  command({
    name: 'password',
    aliases: [],
    args: [
      { name: 'current', kind: 'secret', refusedBy: { code: 'forbidden' } },
      { ...CHOSEN_PASSWORD, name: 'new' },
    ],
    help: 'Change your password; every other device is signed out.',
    details: 'Leave both out and they are asked for without being shown.',
    examples: ['/password'],
    permission: { needs: 'account' },
    async run({ client }, { current = '', new: chosen = '' }) {
      await client.changePassword(current, chosen);
      return {};
    },
    show: () => ['Your password is changed. Every other device is signed out.'],
  }),
  command({
    name: 'sessions',
    aliases: ['devices'],
    args: [],
    help: 'The devices that are signed in to your account.',
    permission: { needs: 'account' },
    run: ({ client }) => client.rest.auth.sessions(),
    show: ({ sessions }) =>
      sessions.map(({ id, device_name, last_used_at, address, current }) => {
        const from = address ? ` from ${address}` : '';
        const here = current ? ' (this one)' : '';
        return `${id.slice(-8)}  ${device_name || 'unnamed'}, last used ${dayAndClock(last_used_at)}${from}${here}`;
      }),
  }),
  command({
    name: 'sessions end',
    aliases: [],
    args: [{ name: 'session', kind: 'session' }],
    help: 'Sign another device out.',
    details: 'A session is named by the signs that /sessions puts before it, or by its whole id.',
    examples: ['/sessions end 3f9c02aa'],
    permission: { needs: 'account' },
    async run({ client }, { session = '' }) {
      const { sessions } = await client.rest.auth.sessions();
      const [found, another] = sessions.filter(({ id }) => id.endsWith(session.toLowerCase()));
      if (!found || another) throw new UsageError(`/sessions has no single one that ends in “${session}”.`);
      if (found.current) throw new UsageError('That is this device: /logout signs it out.');
      await client.rest.auth.revokeSession(found.id);
      return { session: found };
    },
    show: ({ session }) => [`${session.device_name || 'The device'} is signed out.`],
  }),
  command({
    name: 'delete-account',
    aliases: [],
    args: [{ ...PASSWORD, refusedBy: { code: 'forbidden' } }],
    help: 'Delete your account for ever; your messages stay, without your name.',
    details: 'Groups that you own have to be transferred or deleted before.',
    permission: { needs: 'account' },
    async run(context, { password = '' }) {
      const { client } = context;
      const username = client.me.username;
      await requireConfirmed(context, `Delete the account ${username} for ever?`);
      await client.deleteAccount(password);
      return { username };
    },
    show: ({ username }) => [`The account ${username} is deleted.`],
  }),
] as const;

/** As the server checks it, before anything is sent. */
function whatIsWrong(password: string): string | undefined {
  const { success, error } = Password.safeParse(password);
  if (success) return undefined;
  const { length } = [...password];
  if (length < LIMITS.passwordMin) return `A password has at least ${LIMITS.passwordMin} characters.`;
  if (length > LIMITS.passwordMax) return `A password has at most ${LIMITS.passwordMax} characters.`;
  return describeIssue(error);
}

async function connected(context: CommandContext): Promise<void> {
  context.connect();
  await settled(context.client);
}

function deviceName(context: CommandContext): string {
  return context.deviceName.slice(0, LIMITS.deviceNameMax);
}
