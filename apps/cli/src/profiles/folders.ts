import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** XDG Base Directory Specification 0.8: settings apart from state. A relative value counts as unset, as it says there. */
export function profileFolders(profile: string, env: Record<string, string | undefined> = process.env) {
  const base = (variable: string, fallback: string) => {
    const given = env[variable];
    return given && isAbsolute(given) ? given : join(env.HOME || homedir(), fallback);
  };
  return {
    config: join(base('XDG_CONFIG_HOME', '.config'), 'tpx', 'profiles', profile),
    state: join(base('XDG_STATE_HOME', join('.local', 'state')), 'tpx', profile),
  };
}
