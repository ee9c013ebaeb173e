import { createRoute } from '@hono/zod-openapi';
import { ErrorSchema, LIMITS, type RateLimitName, REFUSALS, Refusal, type RefusalCode } from '@tpx/protocol';
import type { Context } from 'hono';
import type { z } from 'zod';
import { addressKey } from '../../accounts/address-key.ts';
import type { Caller } from '../../accounts/caller.ts';
import { authenticated } from './authenticated.ts';
import { readJsonBody } from './json-body.ts';
import { toRefusal } from './refusals.ts';
import type { RestApp, RestEnv } from './rest-env.ts';

type Status = 200 | 201 | 202 | 204 | 503;

export type RouteSpec = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In OpenAPI's form: `/groups/{id}`. Register `/users/me` before `/users/{ref}`: the first that matches answers. */
  path: `/${string}`;
  tag: string;
  /** What it does, in one line. */
  summary: string;
  description?: string;
  access: 'open' | 'signed_in';
  /**
   * The bucket that each call takes a token of: the caller's, or the address's where the route is open. null where the
   * domain function takes its own.
   */
  limit: RateLimitName | null;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** By status; null for an answer without a body. */
  answers: Partial<Record<Status, z.ZodType | null>>;
  /** Beyond those that any route may answer. */
  refusals?: readonly RefusalCode[];
};

type Out<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export type RouteInput<Spec extends RouteSpec> = {
  params: Out<Spec['params']>;
  query: Out<Spec['query']>;
  body: Out<Spec['body']>;
  caller: Spec['access'] extends 'signed_in' ? Caller : undefined;
  /** The client's address. */
  address: string;
};

type AnswerWith<Code, Schema> = Schema extends z.ZodType
  ? { status: Code; body: z.input<Schema>; headers?: Record<string, string> }
  : { status: Code; headers?: Record<string, string> };
export type RouteAnswer<Spec extends RouteSpec> = {
  [Code in keyof Spec['answers']]: AnswerWith<Code, Spec['answers'][Code]>;
}[keyof Spec['answers']];

/**
 * Declares one route: its place in the OpenAPI document, and a handler that is only reached by a request that is
 * authenticated, within its limit, and valid, in this order. A handler translates to one domain function and back.
 */
export function route<const Spec extends RouteSpec, Answer extends { status: Status } & RouteAnswer<Spec>>(
  app: RestApp,
  spec: Spec,
  handle: (input: RouteInput<Spec>) => Promise<Answer> | Answer,
): void {
  const declared = createRoute(declaration(spec));
  app.openAPIRegistry.registerPath(declared);
  const answer = async (context: Context<RestEnv>) => {
    const input = await readInput(spec, context);
    const given = (await handle(input as RouteInput<Spec>)) as {
      status: Status;
      body?: unknown;
      headers?: Record<string, string>;
    };
    if (given.body === undefined) return context.body(null, given.status as 204, given.headers);
    return context.json(given.body, given.status as 200, given.headers);
  };
  const path = declared.getRoutingPath();
  if (spec.access === 'signed_in') app.on(spec.method, path, authenticated, answer);
  else app.on(spec.method, path, answer);
}

async function readInput(spec: RouteSpec, context: Context<RestEnv>): Promise<Record<string, unknown>> {
  const caller = spec.access === 'signed_in' ? context.get('caller') : undefined;
  const address = context.get('address');
  if (spec.limit) context.get('shell').limiter.take(spec.limit, caller?.userId ?? addressKey(address));
  return {
    params: parse(spec.params, spec.params ? withoutNul(context.req.param()) : undefined),
    query: parse(spec.query, spec.query ? withoutNul(queryOf(context)) : undefined),
    body: parse(spec.body, spec.body ? await readJsonBody(context.req.raw) : undefined),
    caller,
    address,
  };
}

function parse(schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw toRefusal(parsed.error);
  return parsed.data;
}

/** Postgres takes no NUL in text, and a URL has no honest use for one. */
function withoutNul<Values extends Record<string, string | string[]>>(values: Values): Values {
  const text = JSON.stringify(values);
  if (text.includes('\\u0000'))
    throw new Refusal('invalid', 'The address of the request holds a NUL character.');
  return values;
}

/** A parameter given twice becomes a list, which no schema takes by accident. */
function queryOf(context: Context<RestEnv>): Record<string, string | string[]> {
  const { url } = context.req;
  if (url.split('&', LIMITS.queryParametersMax + 1).length > LIMITS.queryParametersMax)
    throw new Refusal('invalid', `A query has at most ${LIMITS.queryParametersMax} parameters.`);
  return Object.fromEntries(
    Object.entries(context.req.queries()).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] ?? '') : values,
    ]),
  );
}

function declaration(spec: RouteSpec) {
  const codes: RefusalCode[] = ['rate_limited', 'unavailable', 'internal', ...(spec.refusals ?? [])];
  if (spec.params || spec.query || spec.body) codes.push('invalid');
  if (spec.body) codes.push('too_large', 'unsupported_media');
  if (spec.access === 'signed_in') codes.push('unauthorized');
  return {
    method: spec.method,
    path: spec.path,
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description ? { description: spec.description } : {}),
    ...(spec.access === 'signed_in' ? { security: [{ bearer: [] }] } : {}),
    request: {
      ...(spec.params ? { params: spec.params } : {}),
      ...(spec.query ? { query: spec.query } : {}),
      ...(spec.body
        ? {
            body: {
              required: !acceptsEmpty(spec.body),
              content: { 'application/json': { schema: spec.body } },
            },
          }
        : {}),
    },
    responses: { ...declareRefusals(codes), ...declareAnswers(spec.answers) },
  };
}

/** An empty body counts as `{}` (rule REST-1). */
function acceptsEmpty(body: z.ZodType): boolean {
  return body.safeParse({}).success;
}

function declareAnswers(answers: RouteSpec['answers']) {
  const entries = Object.entries(answers).map(([status, schema]) => {
    const description = Number(status) < 300 ? 'Done' : 'Not now';
    return [status, schema ? { description, content: { 'application/json': { schema } } } : { description }];
  });
  return Object.fromEntries(entries) as Record<string, { description: string }>;
}

function declareRefusals(codes: readonly RefusalCode[]) {
  const byStatus = new Map<number, Set<RefusalCode>>();
  for (const code of codes) {
    const { http } = REFUSALS[code];
    byStatus.set(http, (byStatus.get(http) ?? new Set()).add(code));
  }
  const content = { 'application/json': { schema: ErrorSchema } };
  const entries = [...byStatus].map(([status, names]) => [
    String(status),
    { description: [...names].join(' or '), content },
  ]);
  return Object.fromEntries(entries) as Record<string, { description: string; content: typeof content }>;
}
