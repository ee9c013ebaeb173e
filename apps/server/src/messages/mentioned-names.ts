import { LIMITS } from '@tpx/protocol';

const MENTION = /(?:^|[^a-z0-9_.@-])@([a-z][a-z0-9_.-]{2,31})/gi;

/** Usernames written as `@name`, lower case, each once; a full stop at the end belongs to the sentence. */
export function mentionedNames(text: string): string[] {
  if (!text.includes('@')) return [];
  const names = new Set<string>();
  for (const match of text.matchAll(MENTION)) {
    const name = (match[1] ?? '').toLowerCase().replace(/[.-]+$/, '');
    if (name.length >= LIMITS.usernameMin && names.size < LIMITS.messageMentionsMax) names.add(name);
  }
  return [...names];
}
