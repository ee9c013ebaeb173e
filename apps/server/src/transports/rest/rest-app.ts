import { OpenAPIHono } from '@hono/zod-openapi';
import { Refusal } from '@tpx/protocol';
import { cors } from 'hono/cors';
import { ANSWER_HEADERS } from '../answer-headers.ts';
import { clientAddressReader } from './client-address.ts';
import { registerDocsRoutes } from './docs-routes.ts';
import { methodsAt } from './methods.ts';
import { answerError, answerRefusal } from './refusals.ts';
import type { RestApp, RestEnv, RestShell } from './rest-env.ts';

/**
 * The HTTP side without its resources: each `registerXRoutes(app, deps)` adds one. Call `app.fetch(request,
 * { peerAddress })`; it always answers, it never rejects.
 */
export function createRestApp(shell: RestShell): RestApp {
  const app: RestApp = new OpenAPIHono<RestEnv>();
  const clientAddress = clientAddressReader(shell.trustedProxies);

  app.use('*', async (context, next) => {
    const started = performance.now();
    context.set('shell', shell);
    context.set('requestId', crypto.randomUUID());
    context.set('address', clientAddress(context.env?.peerAddress, context.req.header('x-forwarded-for')));
    await next();
    context.header('X-Request-Id', context.get('requestId'));
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) {
      if (!context.res.headers.has(name)) context.header(name, value);
    }
    const seconds = (performance.now() - started) / 1000;
    shell.onAnswer?.(context.req.method, routeOf(context.req.routePath), context.res.status, seconds);
  });
  // Any origin, never with cookies: a token in a header is what lets a caller in, and a page can't take it from another.
  app.use(
    '*',
    cors({
      origin: '*',
      allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', 'X-Filename'],
      exposeHeaders: ['Retry-After', 'Location', 'X-Request-Id'],
      maxAge: 86_400,
    }),
  );

  app.onError((error, context) => answerError(error, context));
  app.notFound((context) => {
    const allowed = methodsAt(app, context.req.path);
    if (allowed.length === 0) {
      return answerRefusal(
        new Refusal('not_found', 'There is nothing at this path. GET /docs lists what there is.'),
        context,
      );
    }
    context.header('Allow', allowed.join(', '));
    const message = `${context.req.method} is not possible here. Allowed: ${allowed.join(', ')}.`;
    return answerRefusal(new Refusal('invalid', message), context, 405);
  });

  registerDocsRoutes(app);
  return app;
}

function routeOf(path: string): string | undefined {
  return path === '*' || path === '/*' ? undefined : path;
}
