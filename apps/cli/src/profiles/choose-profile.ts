import { FileStorage } from '@tpx/sdk/node';
import { xdgFolders } from './folders.ts';

const LAST = 'last-profile';
const FIRST = 'default';

/**
 * The profile to open: the one that is asked for; else the one of the name that is about to register or log in, so that
 * two people of one machine do not share one; else the one of the configuration, or the one that was used last.
 */
export async function chooseProfile(
  asked: string | undefined,
  words: readonly string[],
  configured: string | undefined,
): Promise<string> {
  const [command, username] = words;
  const named = command === 'register' || command === 'login' ? username?.toLowerCase() : undefined;
  return asked ?? named ?? configured ?? (await remembered().get(LAST)) ?? FIRST;
}

/** Called once somebody is signed in. */
export async function rememberProfile(name: string): Promise<void> {
  await remembered().set(LAST, name);
}

function remembered(): FileStorage {
  return new FileStorage(xdgFolders().state);
}
