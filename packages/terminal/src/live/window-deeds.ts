import type { Preferences } from '../preferences/preferences.ts';
import type { Deed } from './deeds.ts';

export const WINDOW_DEEDS = {
  'toggle-nicks': toggle('showNicks'),
  'toggle-milliseconds': toggle('showMilliseconds'),
  'toggle-mouse': toggle('mouse'),
  redraw: ({ live }) => live.repaint(),
  suspend: ({ live }) => live.ports.suspend(),
  quit: ({ context }) => context.quit(),
} satisfies Record<string, Deed>;

type Switch = {
  [Name in keyof Preferences]: Preferences[Name] extends boolean ? Name : never;
}[keyof Preferences];

function toggle(preference: Switch): Deed {
  return ({ live }) => {
    const on = !live.state.preferences[preference];
    live.changePreferences({ [preference]: on }).catch((error: unknown) => {
      live.tell(live.state.open, (error as Error).message, 'error');
    });
  };
}
