/** What a terminal can show, as far as its environment tells. */
export type TerminalTraits = {
  colors: ColorDepth;
  /** OSC 8. Where a terminal does not know it, it shows nothing of it; some of the oldest show rubbish. */
  links: boolean;
};

export type ColorDepth = 'truecolor' | '256' | '16' | 'none';

const TRUECOLOR_TERMS = /direct|truecolor|kitty|alacritty|ghostty|foot|wezterm|iterm/;
const WITHOUT_COLOR = /^(dumb|unknown|vt\d+\w*|.*-m(ono)?)$/;
const WITHOUT_LINKS = /^(dumb|unknown|linux|vt\d+\w*|cons25)/;

export function terminalTraits(env: Readonly<Record<string, string | undefined>>): TerminalTraits {
  const term = (env.TERM ?? '').toLowerCase();
  return { colors: colorDepth(term, env), links: term !== '' && !WITHOUT_LINKS.test(term) };
}

/** https://no-color.org: NO_COLOR that is not empty. COLORTERM goes before TERM, which rarely tells all. */
function colorDepth(term: string, env: Readonly<Record<string, string | undefined>>): ColorDepth {
  if (env.NO_COLOR) return 'none';
  if (term === '' || WITHOUT_COLOR.test(term)) return 'none';
  if (/^(truecolor|24bit)$/i.test(env.COLORTERM ?? '') || TRUECOLOR_TERMS.test(term)) return 'truecolor';
  return term.includes('256') ? '256' : '16';
}
