import type { Style } from '../screen/screen.ts';
import type { Theme } from './theme.ts';

const known = new WeakMap<Theme, Style[]>();

/** The same colour for the same person wherever and whenever: chosen by their id, not by a name that can change. */
export function nickStyle(theme: Theme, userId: string): Style {
  const styles = stylesOf(theme);
  return styles[hash(userId) % styles.length] ?? theme.styles.nick;
}

function stylesOf(theme: Theme): Style[] {
  let styles = known.get(theme);
  if (!styles) {
    const { nick } = theme.styles;
    styles = theme.nicks.length === 0 ? [nick] : theme.nicks.map((fg) => ({ ...nick, fg }));
    known.set(theme, styles);
  }
  return styles;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
