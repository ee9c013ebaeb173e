import { KEY_NAMES, type Key } from './input-event.ts';

const NAMED: ReadonlySet<string> = new Set([...KEY_NAMES, 'space']);

/** A key as bindings write it: `ctrl+k`, `alt+enter`, `shift+tab`, `f7`, `r`, `space`. */
export function chordOf({ name, ctrl, alt, shift }: Key): string {
  const parts = [ctrl && 'ctrl', alt && 'alt', shift && NAMED.has(name) && 'shift'].filter(
    (part) => part !== false,
  );
  return [...parts, name === ' ' ? 'space' : name].join('+');
}

/** In the one form that `chordOf` gives; undefined for what is no chord. */
export function parseChord(text: string): string | undefined {
  const wanted = text.trim();
  // A plus sign is a key, too.
  const [name = '', ...modifiers] =
    wanted === '+' || wanted.endsWith('++')
      ? [
          '+',
          ...wanted
            .slice(0, -1)
            .split('+')
            .filter((part) => part !== '')
            .reverse(),
        ]
      : wanted.split('+').reverse();
  const given = new Set(modifiers.map((modifier) => modifier.toLowerCase()));
  const known = [...given].every((modifier) => ['ctrl', 'alt', 'shift'].includes(modifier));
  if (!known || given.size !== modifiers.length) return undefined;
  const lower = name.toLowerCase();
  const isNamed = NAMED.has(lower);
  const isOneCharacter = [...name].length === 1 && name !== ' ';
  if (!isNamed && !isOneCharacter) return undefined;
  // Shift is in the character already.
  if (!isNamed && given.has('shift')) return undefined;
  const key = isNamed || given.size > 0 ? lower : name;
  return chordOf({
    name: key === 'space' ? ' ' : key,
    ctrl: given.has('ctrl'),
    alt: given.has('alt'),
    shift: given.has('shift'),
  });
}

const SHOWN: Readonly<Record<string, string>> = { pageup: 'PageUp', pagedown: 'PageDown' };

/** As it is shown to people: `Ctrl+k`, `Alt+Enter`, `F7`. */
export function showChord(chord: string): string {
  const parts = chord.endsWith('++') ? [...chord.slice(0, -2).split('+'), '+'] : chord.split('+');
  return parts
    .map((part) => SHOWN[part] ?? (part.length > 1 ? part.charAt(0).toUpperCase() + part.slice(1) : part))
    .join('+');
}
