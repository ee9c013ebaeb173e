import { hostname } from 'node:os';
import { LIMITS } from '@tpx/protocol';
import type { App } from '../app.ts';
import { rememberProfile } from '../profiles/choose-profile.ts';
import { UsageError } from '../text/explain-error.ts';
import { clock } from '../text/message-lines.ts';
import { command } from './command.ts';

const credentials = [{ name: 'username' }, { name: 'password', secret: true, rest: true }] as const;

export const ACCOUNT_COMMANDS = [
  command({
    name: 'register',
    aliases: [],
    args: credentials,
    help: 'Make an account and sign in on this device',
    allow: requireSignedOut,
    async run(app, { username = '', password = '' }) {
      requireSignedOut(app);
      if (password.length < LIMITS.passwordMin)
        throw new UsageError(`A password has at least ${LIMITS.passwordMin} characters.`);
      const user = await app.client.register({ username, password, device_name: deviceName() });
      await signedIn(app);
      return { user };
    },
    show: ({ user }, app) => [
      `Welcome, ${app.name(user.id)}. Your PIN is ${user.pin ?? ''}: others find you by it or by your name.`,
      'Begin with /dm <user> or /group create <name>; /help lists everything.',
    ],
  }),
  command({
    name: 'login',
    aliases: [],
    args: credentials,
    help: 'Sign in on this device',
    allow: requireSignedOut,
    async run(app, { username = '', password = '' }) {
      requireSignedOut(app);
      const user = await app.client.login({ username, password, device_name: deviceName() });
      await signedIn(app);
      return { user };
    },
    show: ({ user }, app) => [`Signed in as ${app.name(user.id)}.`],
  }),
  command({
    name: 'logout',
    aliases: [],
    args: [],
    help: 'Sign out, and remove what is kept on this device',
    async run(app) {
      await app.setCurrent(undefined);
      await app.client.logout();
      return {};
    },
  }),
  command({
    name: 'sessions',
    aliases: ['devices'],
    args: [],
    help: 'The devices that are signed in to your account',
    run: (app) => app.client.rest.auth.sessions(),
    show: ({ sessions }) =>
      sessions.map(({ device_name, last_used_at, address, current }) => {
        const when = `${last_used_at.slice(0, 10)} ${clock(last_used_at)}`;
        return `${device_name || 'unnamed'}, last used ${when}${address ? ` from ${address}` : ''}${current ? ' (this one)' : ''}`;
      }),
  }),
] as const;

/** Signing somebody else in would end this account's session and outbox without a word. */
function requireSignedOut(app: App): void {
  if (!app.client.isSignedIn) return;
  throw new UsageError(
    `You are signed in as ${app.client.me.username}. For another account start tpx -P NAME, or /logout first.`,
  );
}

async function signedIn(app: App): Promise<void> {
  await rememberProfile(app.profile.name);
  await app.setCurrent(undefined);
  app.connect();
  await app.settled();
}

function deviceName(): string {
  return `terminal on ${hostname()}`.slice(0, 64);
}
