import type { Storage } from '@tpx/sdk';
import { FileStorage } from '@tpx/sdk/node';
import { UsageError } from '../text/explain-error.ts';
import { profileFolders } from './folders.ts';
import { lockProfile } from './profile-lock.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:4000';
const SERVER = 'server';

/** One account on this machine: which server it is at, and the folder of its tokens, outbox and history. */
export type Profile = { name: string; serverUrl: string; storage: Storage };

/** The server given now is remembered for the next time. @throws {UsageError} */
export async function openProfile(name: string, serverUrl: string | undefined): Promise<Profile> {
  if (!/^[\w.-]{1,64}$/.test(name) || /^\.+$/.test(name)) {
    throw new UsageError('The name of a profile is up to 64 of a-z A-Z 0-9 _ . -');
  }
  const { config, state } = profileFolders(name);
  lockProfile(name, config);
  const settings = new FileStorage(config);
  const known = await settings.get(SERVER);
  const wanted = serverUrl === undefined ? (known ?? DEFAULT_SERVER) : checkUrl(serverUrl);
  const storage = new FileStorage(state);
  if (serverUrl !== undefined && wanted !== known) {
    if (known !== undefined && (await storage.get('tokens')) !== undefined) {
      throw new UsageError(
        `Profile “${name}” is signed in at ${known}. Take another profile for ${wanted} (-P NAME), or /logout first.`,
      );
    }
    await settings.set(SERVER, wanted);
  }
  return { name, serverUrl: wanted, storage };
}

function checkUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--server takes an address like ${DEFAULT_SERVER}, not “${text}”.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
