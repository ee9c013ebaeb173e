import { type ApiDocument, renderDocsPage } from './docs-page.ts';
import type { RestApp } from './rest-env.ts';

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'TPX',
    version: '0.1.0',
    license: { name: 'MIT', identifier: 'MIT' },
    description:
      'The REST interface of a TPX node: JSON in snake_case, times in ISO 8601 UTC. Lists take `limit` (up to 100) and `cursor`. ' +
      'Every refusal is `{"error": {"code", "message", "details"?}}`.',
  },
};

/** `/openapi.json`, and `/docs`, a page of the same without scripts and without a request to anybody else. */
export function registerDocsRoutes(app: RestApp): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  let made: { json: string; page: string } | undefined;
  // Made at the first request, when every resource has added its routes.
  const make = () => {
    if (made) return made;
    const json = JSON.stringify(app.getOpenAPI31Document(INFO));
    made = { json, page: renderDocsPage(JSON.parse(json) as ApiDocument) };
    return made;
  };
  const cached = { 'Cache-Control': 'public, max-age=60' };

  // Whoever opens the address that a start prints.
  app.get('/', (context) => context.redirect('/docs'));
  app.get('/openapi.json', (context) =>
    context.body(make().json, 200, { ...cached, 'Content-Type': 'application/json' }),
  );
  app.get('/docs', (context) =>
    context.body(make().page, 200, {
      ...cached,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    }),
  );
}
