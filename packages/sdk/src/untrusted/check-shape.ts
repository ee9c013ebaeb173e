import { NetworkError } from '../trouble.ts';

type Issue = { code?: string; path: PropertyKey[]; message: string; input?: unknown };
/** The part of a Zod schema that is used here. */
export type Shape = {
  safeParse(
    value: unknown,
    options: { reportInput: true },
  ): { success: true } | { success: false; error: { issues: readonly Issue[] } };
};

/**
 * What is wrong with the value, or undefined. A word that is not in a list of words is of a newer server and no fault:
 * faces show what they know.
 */
export function wrongIn(value: unknown, shape: Shape): string | undefined {
  const result = shape.safeParse(value, { reportInput: true });
  if (result.success) return undefined;
  const wrong = result.error.issues.find(
    ({ code, input }) => code !== 'invalid_value' || typeof input !== 'string',
  );
  return wrong && `${wrong.path.map(String).join('.') || 'the answer'}: ${wrong.message}`;
}

/** @throws {NetworkError} `bad_answer` */
export function checkShape(value: unknown, shape: Shape, what: string): void {
  const wrong = wrongIn(value, shape);
  if (wrong !== undefined)
    throw new NetworkError(
      'bad_answer',
      `${what} is not what a TPX server answers (${wrong.slice(0, 200)}).`,
    );
}
