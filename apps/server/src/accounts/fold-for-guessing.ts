/** The letters of Cyrillic keyboards and the Latin ones on the same keys. */
const CYRILLIC = 'йцукенгшщзхъфывапролджэячсмитьбюёіїє';
const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`s]'";
const KEYS = new Map([...CYRILLIC].map((letter, index) => [letter, LATIN[index] ?? letter]));

/**
 * A password without what guessers leave out and put in first: separators between words, marks on letters, and the other
 * keyboard. Lists of common passwords have those of Cyrillic keyboards as typed on Latin ones.
 */
export function foldForGuessing(password: string): string {
  const keys = [...password.toLowerCase()].map((character) => KEYS.get(character) ?? character).join('');
  return keys
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\s._-]+/g, '');
}
