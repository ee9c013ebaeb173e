/** As much of a JSON schema as our documents use. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  format?: string;
  description?: string;
};

/** A schema for reading, in TypeScript's notation: `{ name: string, photo?: Media | null }`. */
export function describeSchema(schema: Schema): string {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(describeSchema))].join(' | ');
  if (schema.allOf) return schema.allOf.map(describeSchema).join(' & ');
  const types = [schema.type ?? 'any'].flat();
  return types.map((type) => describeType(schema, type)).join(' | ');
}

function describeType(schema: Schema, type: string): string {
  if (type === 'array') {
    const items = describeSchema(schema.items ?? {});
    return /^[\w-]+$/.test(items) ? `${items}[]` : `(${items})[]`;
  }
  if (type === 'object') return describeObject(schema);
  return type === 'string' && schema.format ? schema.format : type;
}

function describeObject({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${describeSchema(field)}`,
  );
  if (typeof additionalProperties === 'object')
    fields.push(`[key: string]: ${describeSchema(additionalProperties)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function nameOf(ref: string): string {
  return ref.split('/').at(-1) ?? ref;
}
