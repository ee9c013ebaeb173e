import { REFUSAL_CODES } from '@tpx/protocol';
import {
  createDm,
  createGroup,
  createPerson,
  type Person,
  type SeededRandom,
  seededRandom,
  signInAgain,
  type TestServer,
} from '@tpx/testkit';

/** As much of JSON Schema as `/openapi.json` uses. */
type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
};

type Operation = {
  method: string;
  path: string;
  parameters: { in: string; name: string; schema: Schema }[];
  body: Schema | undefined;
};

type Document = {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: Operation['parameters'];
        requestBody?: { content: { 'application/json': { schema: Schema } } };
      }
    >
  >;
};

/** Ends the session that the fuzz itself lives on. */
const LEFT_OUT = new Set(['post /auth/logout']);
/** Cost a password hash each, at once or for the sign-in that has to follow. */
const DEAR = new Set([
  'post /auth/register',
  'post /auth/login',
  'delete /users/me',
  'delete /auth/sessions/{id}',
]);

const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 63, '', ' ', [], {}, [[]], [null]],
  ...[
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udc00x',
    '\u202e',
    '\u200b',
    '\u001b[2J',
    '😀',
    'é'.repeat(40),
    "' OR 1=1 --",
  ],
  ...[
    '../..',
    '%00',
    '%',
    '_',
    '*',
    '$1',
    '\\',
    '"',
    '{"a":1}',
    'null',
    'true',
    'NaN',
    '1e9',
    '-0',
    'constructor',
  ],
  ...['x'.repeat(65), 'x'.repeat(513), 'x'.repeat(16_001), { __proto__: null, length: 1e9 }, { toString: 1 }],
  JSON.parse('{"__proto__":{"a":1}}'),
];

export type RestFuzzResult = { requests: number; byStatus: Record<number, number>; slowestMs: number };

type Bent = { method: string; path: string; body: string | undefined; person: Person };

/** Requests of every route in `/openapi.json`, made by its schemas and then bent. */
export class RestFuzz {
  readonly #server: TestServer;
  readonly #random: SeededRandom;
  readonly #operations: Operation[];
  readonly #people: Person[];
  /** Ids, codes, cursors and names that were seen: so that many requests get past the look-up. */
  readonly #seen: string[];

  static async prepare(server: TestServer, seed: number): Promise<RestFuzz> {
    const people = await Promise.all(['ann', 'ben', 'cat'].map((name) => createPerson(server, name)));
    const [ann, ben, cat] = people as [Person, Person, Person];
    const groups = await Promise.all([
      createGroup(ann, [ben, cat]),
      createGroup(ben, [cat]),
      createGroup(cat),
    ]);
    const dm = await createDm(ann, ben);
    const ids = [...people.map(({ user }) => user.id), ...groups.map(({ id }) => id), dm.id];
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Document;
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method,
        path,
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content['application/json'].schema,
      })),
    );
    return new RestFuzz(server, seed, operations, people, [...ids, ann.username, ben.user.pin ?? '']);
  }

  private constructor(
    server: TestServer,
    seed: number,
    operations: Operation[],
    people: Person[],
    seen: string[],
  ) {
    this.#server = server;
    this.#random = seededRandom(seed);
    this.#operations = operations.filter(({ method, path }) => !LEFT_OUT.has(`${method} ${path}`));
    this.#people = people;
    this.#seen = seen;
  }

  /** @throws where an answer is a 5xx, no JSON of ours, or late, with the request */
  async run(requests: number, atOnce = 12): Promise<RestFuzzResult> {
    const result: RestFuzzResult = { requests, byStatus: {}, slowestMs: 0 };
    for (let done = 0; done < requests; done += atOnce) {
      const batch = Array.from({ length: Math.min(atOnce, requests - done) }, () => this.#request());
      await Promise.all(batch.map((request) => this.#judge(request, result)));
    }
    return result;
  }

  #request(): Bent {
    const random = this.#random;
    let operation = random.pick(this.#operations);
    while (DEAR.has(`${operation.method} ${operation.path}`) && random.below(25) > 0)
      operation = random.pick(this.#operations);
    let { path } = operation;
    const query: string[] = [];
    for (const { in: place, name, schema } of operation.parameters) {
      const value = encodeURIComponent(this.#text(schema).toWellFormed());
      if (place === 'path') path = path.replace(`{${name}}`, value || '%20');
      else if (random.below(2) === 0) query.push(`${name}=${value}`);
    }
    if (random.below(20) === 0) query.push(`${this.#word()}=1`);
    if (query.length > 0) path += `?${query.join('&')}`;
    const body = operation.body ? this.#body(operation.body) : undefined;
    return { method: operation.method.toUpperCase(), path, body, person: random.pick(this.#people) };
  }

  #body(schema: Schema): string {
    const text = JSON.stringify(this.#value(schema, 0));
    const random = this.#random;
    if (random.below(12) > 0) return text;
    const at = random.below(text.length + 1);
    const inserted = random.pick(['', '{', ']', '"', '\\', '\\u0000', '\u0000', ',,', '1e999', 'nul']);
    return text.slice(0, at) + inserted + text.slice(at + random.below(8));
  }

  #value(schema: Schema, depth: number): unknown {
    const random = this.#random;
    if (depth > 6 || random.below(14) === 0) return random.pick(ODD);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return this.#value(random.pick(choices), depth + 1);
    if (schema.enum) return random.pick(schema.enum);
    switch (Array.isArray(schema.type) ? random.pick(schema.type) : schema.type) {
      case 'object':
        return this.#object(schema, depth);
      case 'array':
        return Array.from({ length: random.below(4) }, () => this.#value(schema.items ?? {}, depth + 1));
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'boolean':
        return random.below(2) === 0;
      case 'null':
        return null;
      default:
        return this.#text(schema);
    }
  }

  #object(schema: Schema, depth: number): object {
    const random = this.#random;
    const made: [string, unknown][] = [];
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const wanted = schema.required?.includes(name) ? random.below(20) > 0 : random.below(3) === 0;
      if (wanted) made.push([name, this.#value(property, depth + 1)]);
    }
    // Without properties it is one that takes any JSON.
    const extra = schema.properties ? Number(random.below(25) === 0) : random.below(4);
    for (let n = 0; n < extra; n++) made.push([this.#word(), random.pick(ODD)]);
    return Object.fromEntries(made);
  }

  #number({ minimum = 0, maximum = 1_000_000 }: Schema): number {
    const random = this.#random;
    return random.pick([
      minimum,
      maximum,
      minimum - 1,
      maximum + 1,
      minimum + random.below(100),
      random.below(1e9),
    ]);
  }

  #text(schema: Schema): string {
    const random = this.#random;
    if (schema.enum && random.below(8) > 0) return String(random.pick(schema.enum));
    if (schema.type === 'integer') return String(this.#number(schema));
    if (random.below(12) === 0) return String(random.pick(ODD.filter((odd) => typeof odd !== 'object')));
    if (schema.pattern?.includes('[0-9a-f]{8}-')) {
      return random.below(6) === 0 ? Bun.randomUUIDv7() : random.pick(this.#seen);
    }
    if (random.below(3) === 0) return random.pick(this.#seen);
    return Array.from({ length: 1 + random.below(6) }, () => this.#word()).join(' ');
  }

  #word(): string {
    return this.#random.pick([
      'hello',
      '@ann',
      'text',
      'Grüße',
      'שלום',
      '👩‍👩‍👧',
      'e\u0301',
      '"quoted"',
      '-x',
      '#1a2b3c',
    ]);
  }

  async #judge(request: Bent, result: RestFuzzResult): Promise<void> {
    const { method, path, body, person } = request;
    const told = `${method} ${path} ${body ?? ''}`;
    const startedAt = performance.now();
    const answer = await fetch(this.#server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${person.tokens.access_token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(10_000),
    }).catch((error: unknown) => {
      throw new Error(`No answer: ${told}`, { cause: error });
    });
    const text = await answer.text();
    result.slowestMs = Math.max(result.slowestMs, performance.now() - startedAt);
    result.byStatus[answer.status] = (result.byStatus[answer.status] ?? 0) + 1;
    if (answer.status >= 500 && path !== '/readyz') throw new Error(`${answer.status} ${text}: ${told}`);
    // The request line was too long for the listener, before any route.
    if (answer.status === 431) return;
    if (answer.status === 401) await this.#signIn(person);
    if (answer.status >= 400) {
      const code = (JSON.parse(text) as { error: { code: (typeof REFUSAL_CODES)[number] } }).error.code;
      if (!REFUSAL_CODES.includes(code)) throw new Error(`The code ${code} is none: ${told}`);
    } else this.#learn(text);
  }

  /** A request that got through may have ended the session. */
  async #signIn(person: Person): Promise<void> {
    if ((await person.api.call('GET', '/users/me')).status === 200) return;
    Object.assign(person, await signInAgain(this.#server, person));
  }

  #learn(text: string): void {
    for (const [, value] of text.matchAll(/"(?:id|code|cursor)":"([^"]{1,200})"/g)) {
      if (!value || this.#seen.includes(value)) continue;
      if (this.#seen.length < 300) this.#seen.push(value);
      else this.#seen[this.#random.below(300)] = value;
    }
  }
}
