import { expect, test } from 'bun:test';
import { profileFolders, xdgFolders } from './folders.ts';

test('TERM-91 what is kept lives under the XDG folders, or their defaults', () => {
  const env = { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d', XDG_STATE_HOME: '/s' };
  expect(xdgFolders(env)).toEqual({ config: '/c/tpx', data: '/d/tpx', state: '/s/tpx' });
  expect(profileFolders('work', env)).toEqual({ data: '/d/tpx/work', state: '/s/tpx/profiles/work' });
  expect(profileFolders('work', { HOME: '/home/ann', XDG_STATE_HOME: 'relative' })).toEqual({
    data: '/home/ann/.local/share/tpx/work',
    state: '/home/ann/.local/state/tpx/profiles/work',
  });
});
