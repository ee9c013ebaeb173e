import { expect, test } from 'bun:test';
import { createPerson, startServer } from '@tpx/testkit';

type Schema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  [keyword: string]: unknown;
};

/** Strings and numbers of a request that have no end: each is one that a schema has lost on its way here. */
function* unbounded(schema: unknown, path: string): Generator<string> {
  if (Array.isArray(schema)) {
    for (const [index, part] of schema.entries()) yield* unbounded(part, `${path}/${index}`);
    return;
  }
  if (typeof schema !== 'object' || schema === null) return;
  const { type, enum: values, const: only, pattern, maxLength, minimum, maximum } = schema as Schema;
  const types = [type].flat();
  const isFixed = values !== undefined || only !== undefined;
  const pictured = pattern?.startsWith('^') && pattern.endsWith('$') && !/[*+]\$$/.test(pattern);
  // What a check within an `anyOf` repeats of a property is bounded where the property is.
  const isRepeat = Object.keys(schema).length === 1;
  if (types.includes('string') && !isFixed && !isRepeat && maxLength === undefined && !pictured) yield path;
  const isNumber = types.includes('integer') || types.includes('number');
  if (isNumber && (minimum === undefined || maximum === undefined || maximum >= 2 ** 53)) yield path;
  for (const [keyword, part] of Object.entries(schema)) yield* unbounded(part, `${path}/${keyword}`);
}

test('REST-13 every string and number of a request is bounded in /openapi.json', async () => {
  await using server = await startServer();
  await createPerson(server, 'ann');
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<
      string,
      Record<string, { parameters?: { name: string; schema: Schema }[]; requestBody?: unknown }>
    >;
  };
  const found: string[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
      for (const { name, schema } of parameters)
        found.push(...unbounded(schema, `${method} ${path} ${name}`));
      found.push(...unbounded(requestBody, `${method} ${path}`));
    }
  }
  expect(found).toEqual([]);
});
