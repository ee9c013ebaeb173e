import type { Key } from '../keys/input-event.ts';
import { KEY_NAMES } from '../keys/input-event.ts';
import { safeText } from '../text/safe-text.ts';

const NAMED: ReadonlySet<string> = new Set(KEY_NAMES);

/** What the key writes; undefined for one that writes nothing. */
export function typedText({ name, ctrl, alt }: Key): string | undefined {
  if (ctrl || alt || NAMED.has(name)) return undefined;
  const text = safeText(name);
  return text === '' || text === '\n' ? undefined : text;
}
