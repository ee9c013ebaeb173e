import { DEFAULT_PREFERENCES, type Preferences } from '@tpx/terminal';
import type { Configuration } from './options.ts';

/** The preferences as the configuration file has them, with the defaults for the rest. */
export function configuredPreferences(set: Configuration): Preferences {
  const { defaultNotify, ...defaults } = DEFAULT_PREFERENCES;
  return {
    ...defaults,
    theme: set.theme ?? defaults.theme,
    keys: set.keys ?? defaults.keys,
    bindings: set.bindings ?? defaults.bindings,
    highlights: set.highlights?.map((pattern) => ({ pattern })) ?? defaults.highlights,
    defaultNotify: {
      group: set.notifyGroups ?? defaultNotify.group,
      dm: set.notifyDms ?? defaultNotify.dm,
    },
    showNicks: set.showNicks ?? defaults.showNicks,
    showMilliseconds: set.showMilliseconds ?? defaults.showMilliseconds,
    mouse: set.mouse ?? defaults.mouse,
    bell: set.bell ?? defaults.bell,
  };
}
