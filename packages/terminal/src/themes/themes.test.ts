import { describe, expect, test } from 'bun:test';
import type { Color, Style } from '../screen/screen.ts';
import { nickStyle } from './nick-style.ts';
import { STYLE_NAMES, themeSchema } from './theme.ts';
import { THEMES, themeOf } from './themes.ts';

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(color: Color): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: Color, other: Color): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const READABLE = 4.5;
const coloured = [...THEMES.values()].filter(({ background }) => background !== undefined);

describe('TERM-51 themes', () => {
  test('TERM-51 there are four, one of them without colours', () => {
    expect([...THEMES.keys()]).toEqual(['terminal-dark', 'terminal-light', 'high-contrast', 'monochrome']);
    const styles: Style[] = Object.values(themeOf('monochrome').styles);
    expect(styles.filter(({ fg, bg }) => fg ?? bg)).toEqual([]);
  });

  test('TERM-51 a theme says how to paint everything, and nothing that there is not', () => {
    const { text, ...styles } = themeOf('terminal-dark').styles;
    const theme = themeOf('terminal-dark');
    expect(themeSchema.safeParse({ ...theme, styles }).success).toBe(false);
    expect(themeSchema.safeParse({ ...theme, styles: { ...theme.styles, glow: text } }).success).toBe(false);
    expect(themeSchema.safeParse({ ...theme, nicks: ['red'] }).success).toBe(false);
  });

  for (const theme of coloured) {
    const ground = theme.background ?? '#000000';
    const text = theme.styles.text.fg ?? '#ffffff';

    test(`TERM-52 ${theme.name}: every style is readable`, () => {
      const poor = STYLE_NAMES.filter((name) => {
        const { fg = text, bg = ground }: Style = theme.styles[name];
        return contrast(fg, bg) < READABLE;
      });
      expect(poor).toEqual([]);
    });

    test(`TERM-52 ${theme.name}: what stands on a line that is picked out or mentions me is readable there`, () => {
      const grounds = [ground, theme.styles.selected.bg ?? ground, theme.styles.highlight.bg ?? ground];
      const onThem = STYLE_NAMES.map((name): Style => theme.styles[name]).filter(
        ({ bg }) => bg === undefined,
      );
      const colors = [...theme.nicks, ...onThem.map(({ fg = text }) => fg)];
      const poor = grounds.flatMap((bg) =>
        colors.filter((fg) => contrast(fg, bg) < READABLE).map((fg) => [fg, bg]),
      );
      expect(poor).toEqual([]);
    });
  }

  test('TERM-53 a person has one colour, and people differ', () => {
    const theme = themeOf('terminal-dark');
    expect(nickStyle(theme, 'ann')).toBe(nickStyle(theme, 'ann'));
    const ids = Array.from({ length: 200 }, (_, at) => `0190-${at}`);
    const used = new Set(ids.map((id) => nickStyle(theme, id).fg));
    expect(used.size).toBe(theme.nicks.length);
  });

  test('TERM-51 a name that there is not gives the default', () => {
    expect(themeOf('no such').name).toBe('terminal-dark');
  });
});
