import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** XDG Base Directory Specification 0.8. A relative value counts as unset, as it says there. */
export function xdgFolders(env: Environment = process.env) {
  const base = (variable: string, fallback: string) => {
    const given = env[variable];
    return join(given && isAbsolute(given) ? given : join(env.HOME || homedir(), fallback), 'tpx');
  };
  return {
    /** What a person writes. */
    config: base('XDG_CONFIG_HOME', '.config'),
    /** Accounts: tokens, outbox, history. */
    data: base('XDG_DATA_HOME', join('.local', 'share')),
    /** What the program remembers: the last profile, which server, what was chosen while it ran. */
    state: base('XDG_STATE_HOME', join('.local', 'state')),
  };
}

export function profileFolders(profile: string, env: Environment = process.env) {
  const { data, state } = xdgFolders(env);
  return { data: join(data, profile), state: join(state, 'profiles', profile) };
}
