import { FileStorage } from '@tpx/sdk/node';
import { UsageError } from '@tpx/terminal';
import { profileFolders } from './folders.ts';
import { lockProfile } from './profile-lock.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:4000';
const SERVER = 'server';

/** One account on this machine: which server it is at, and the folder of its tokens, outbox and history. */
export type Profile = {
  name: string;
  serverUrl: string;
  /** The account's own: emptied by signing out. */
  storage: FileStorage;
  /** What is remembered whoever is signed in. */
  settings: FileStorage;
};

/**
 * The server that is asked for now is remembered for the next time; the one of the configuration is for profiles that
 * remember none. @throws {UsageError}
 */
export async function openProfile(
  name: string,
  server: { asked: string | undefined; configured: string | undefined },
): Promise<Profile> {
  if (!/^[\w.-]{1,64}$/.test(name) || /^\.+$/.test(name)) {
    throw new UsageError('The name of a profile is up to 64 of a-z A-Z 0-9 _ . -');
  }
  const folders = profileFolders(name);
  const { data, state } = folders;
  lockProfile(name, folders);
  const settings = new FileStorage(state);
  const known = await settings.get(SERVER);
  const asked = server.asked === undefined ? undefined : plainUrl(server.asked);
  const wanted = asked ?? known ?? plainUrl(server.configured ?? DEFAULT_SERVER);
  const storage = new FileStorage(data);
  if (wanted !== known) {
    if (known !== undefined && (await storage.get('tokens')) !== undefined) {
      throw new UsageError(
        `Profile “${name}” is signed in at ${known}. Take another profile for ${wanted} (-P NAME), or /logout first.`,
      );
    }
    await settings.set(SERVER, wanted);
  }
  return { name, serverUrl: wanted, storage, settings };
}

function plainUrl(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
