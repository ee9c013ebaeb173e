import highContrast from './high-contrast.json' with { type: 'json' };
import monochrome from './monochrome.json' with { type: 'json' };
import terminalDark from './terminal-dark.json' with { type: 'json' };
import terminalLight from './terminal-light.json' with { type: 'json' };
import { type Theme, themeSchema } from './theme.ts';

export const THEMES: ReadonlyMap<string, Theme> = new Map(
  [terminalDark, terminalLight, highContrast, monochrome].map((file) => {
    const theme = themeSchema.parse(file);
    return [theme.name, theme];
  }),
);

const FALLBACK = themeSchema.parse(terminalDark);

/** The default for a name that there is not: a terminal must come up whatever was kept for it. */
export function themeOf(name: string): Theme {
  return THEMES.get(name) ?? FALLBACK;
}
