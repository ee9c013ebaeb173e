import { expect, test } from 'bun:test';
import { profileFolders } from './folders.ts';

test('CLI-3 a profile lives under the XDG folders, or their defaults', () => {
  expect(profileFolders('work', { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' })).toEqual({
    config: '/c/tpx/profiles/work',
    state: '/s/tpx/work',
  });
  expect(profileFolders('work', { HOME: '/home/ann', XDG_STATE_HOME: 'relative' })).toEqual({
    config: '/home/ann/.config/tpx/profiles/work',
    state: '/home/ann/.local/state/tpx/work',
  });
});
