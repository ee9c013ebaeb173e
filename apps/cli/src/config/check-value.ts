import type { OptionKind } from './options.ts';

/** A sentence that says what the value has to be; undefined where it is right. */
export function wrongValue(kind: OptionKind, value: unknown): string | undefined {
  switch (kind.is) {
    case 'text':
      return typeof value === 'string' && value !== '' ? undefined : 'is a text in quotes';
    case 'switch':
      return typeof value === 'boolean' ? undefined : 'is true or false';
    case 'choice':
      return kind.of.includes(value as string) ? undefined : `is one of ${kind.of.map(quoted).join(', ')}`;
    case 'address':
      if (!isAddress(value)) return 'is an address like "http://127.0.0.1:4000"';
      return hasLogin(value)
        ? 'is an address without a name and a password; /login asks for those'
        : undefined;
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? undefined
        : 'is a list of texts like ["deploy", "/release \\\\d+/i"]';
    case 'texts by name':
      return isTable(value) &&
        Object.values(value).every((item) => typeof item === 'string' || item === false)
        ? undefined
        : 'is a table whose values are texts, or false';
  }
}

export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** What was given, as a sentence may repeat it: an address without the password that may stand in it. */
export function shownValue(kind: OptionKind, value: unknown): unknown {
  return kind.is === 'address' && typeof value === 'string'
    ? value.replace(/^(\s*[a-z0-9+.-]*:?\/*).*@/is, '$1(hidden)@')
    : value;
}

function isAddress(value: unknown): value is string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  return url !== null && /^https?:$/.test(url.protocol);
}

function hasLogin(address: string): boolean {
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}

function quoted(text: string): string {
  return `"${text}"`;
}
