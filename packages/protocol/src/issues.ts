import type { z } from 'zod';

/** Fields that a refusal names, of however many there are: what a client sent is not sent back to it (spec REQ-11). */
const KEYS_NAMED = 3;
const NAME_MAX = 40;
const SENTENCE_MAX = 300;
/** Issues in `details`. */
const ISSUES_MAX = 20;

export type Issue = { path: string; message: string };

/** The refusal's text for the first thing wrong with what was sent: where it is and what it should be. */
export function describeIssue(error: z.ZodError): string {
  const [issue] = listIssues(error, 1);
  if (!issue) return 'The request is not valid.';
  return issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`;
}

/** What is wrong with what was sent, in the order of the schema, each within bounds. */
export function listIssues(error: z.ZodError, max: number = ISSUES_MAX): Issue[] {
  return error.issues.slice(0, max).map((issue) => ({
    path: issue.path.map((part) => cut(String(part), NAME_MAX)).join('.'),
    message: issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys) : cut(issue.message, SENTENCE_MAX),
  }));
}

function unknownKeys(keys: readonly string[]): string {
  const names = keys.slice(0, KEYS_NAMED).map((key) => JSON.stringify(cut(key, NAME_MAX)));
  const more = keys.length > KEYS_NAMED ? ` and ${keys.length - KEYS_NAMED} more` : '';
  return `Unrecognized key${keys.length === 1 ? '' : 's'}: ${names.join(', ')}${more}`;
}

/** Half of a surrogate pair at the cut would be no text. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max).toWellFormed()}…`;
}
