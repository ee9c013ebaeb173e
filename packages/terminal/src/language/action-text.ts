/**
 * An action, as XEP-0245 has it: a text that begins with `/me ` tells what its author does. The text stays as it was
 * written, so a client that knows nothing of it shows what was typed (spec TERM-19).
 */
const PREFIX = '/me ';

export function actionText(action: string): string {
  return PREFIX + action;
}

/** `waves` of `/me waves`; undefined for what is no action. */
export function actionOf(text: string): string | undefined {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}
