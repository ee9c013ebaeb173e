import { hostname } from 'node:os';
import type { Client } from '@tpx/sdk';
import { type CommandContext, type Ports, UsageError } from '@tpx/terminal';
import type { PreferencesFile } from '../profiles/preferences-file.ts';
import type { Profile } from '../profiles/profile.ts';

/** Where the last run was talking. */
const CURRENT = 'cli/current';
const DEVICE_NAME_MAX = 64;

export type Asking = Pick<CommandContext, 'askSecret' | 'confirm' | 'progress' | 'showError'>;

export type LineContext = CommandContext & {
  readonly whenQuit: Promise<void>;
  /** How somebody is asked. Nobody is there until a face says so. */
  asking: Asking;
};

type LineContextOptions = { client: Client; profile: Profile; preferences: PreferencesFile; ports: Ports };

/** What commands act on where there is no picture: lines for people, and scripts. */
export async function createLineContext(options: LineContextOptions): Promise<LineContext> {
  const { client, profile, preferences, ports } = options;
  const { promise: whenQuit, resolve: quit } = Promise.withResolvers<void>();
  let topic = await profile.storage.get(CURRENT);
  client.events.on('signed_out', () => {
    topic = undefined;
  });
  const context: LineContext = {
    client,
    ports,
    deviceName: deviceName(),
    preferences: {
      get current() {
        return preferences.current;
      },
      change: (part) => preferences.save({ ...preferences.current, ...part }),
    },
    current: () => (topic === undefined ? undefined : client.conversation(topic)),
    open(conversation) {
      topic = conversation.topic;
      profile.storage.set(CURRENT, topic).catch(ignore);
    },
    close(closed = topic) {
      if (closed !== topic) return;
      topic = undefined;
      profile.storage.delete(CURRENT).catch(ignore);
    },
    selected: () => undefined,
    // Where nothing is known yet, the beginning of the id.
    name(userId) {
      const user = client.people.peek(userId);
      return user?.username ?? user?.display_name ?? userId.slice(0, 8);
    },
    async learn(userIds) {
      await Promise.all([...new Set(userIds)].map((id) => client.people.get(id).catch(() => undefined)));
    },
    asking: NOBODY,
    askSecret: (question) => context.asking.askSecret(question),
    showError: (text) => context.asking.showError(text),
    confirm: (question) => context.asking.confirm(question),
    progress: (text) => context.asking.progress(text),
    view: NO_VIEW,
    connect: () => client.connect(),
    quit,
    whenQuit,
  };
  return context;
}

/** A conversation that cannot be remembered is only opened again by hand at the next start. */
const ignore = () => undefined;

/** As the list of devices that are signed in has it. */
export function deviceName(): string {
  return `terminal on ${hostname()}`.slice(0, DEVICE_NAME_MAX);
}

const NOBODY: Asking = {
  askSecret(question) {
    const what = question.replace(/:\s*$/, '');
    return Promise.reject(new UsageError(`The ${what} is missing, and nobody is here to ask.`));
  },
  showError: () => undefined,
  confirm: () => Promise.resolve(false),
  progress: () => undefined,
};

const NO_VIEW: CommandContext['view'] = {
  search: () => undefined,
  clear: () => undefined,
};
