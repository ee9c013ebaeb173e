import { LIMITS } from '@tpx/protocol';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { sharedAnswer } from '../../limits/shared-answer.ts';
import { requireWatcher } from './metrics-access.ts';
import { type Part, readReadiness } from './readiness.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

export type SystemRouteDeps = {
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  /** Opens `/metrics` from other machines; null where it is for this one only. */
  metricsToken: string | null;
  /** For how long an answer of `/metrics` and of `/readyz` does for all who ask. */
  freshMs: { metrics: number; ready: number };
  /** What `/readyz` asks, by name. */
  parts: Readonly<Record<string, Part>>;
  info: {
    version: string;
    /** Where the TCP protocol listens, null where it does not. */
    tcp: { host: string; port: number } | null;
    features: readonly string[];
  };
};

const VSN = '2.0.0';
const open = { tag: 'System', access: 'open', limit: null, method: 'get' } as const;
const HealthAnswer = z.object({ alive: z.boolean() });
const ReadyAnswer = z.object({
  ready: z.boolean(),
  parts: z.record(
    z.string(),
    z.object({ ok: z.boolean(), required: z.boolean(), message: z.string().optional() }),
  ),
});
const InfoAnswer = z.object({
  version: z.string(),
  vsn: z.string(),
  tcp: z.object({ host: z.string(), port: z.int() }).nullable(),
  features: z.array(z.string()),
  limits: z.record(z.string(), z.number()),
});

export function registerSystemRoutes(app: RestApp, deps: SystemRouteDeps): void {
  const ready = sharedAnswer(deps.freshMs.ready, () => readReadiness(deps.parts));
  const metrics = sharedAnswer(deps.freshMs.metrics, deps.metrics);
  route(
    app,
    { ...open, path: '/healthz', summary: 'Whether the process is alive', answers: { 200: HealthAnswer } },
    () => ({ status: 200, body: { alive: true } }),
  );
  route(
    app,
    {
      ...open,
      path: '/readyz',
      summary: 'Whether the node can serve, and what is missing',
      answers: { 200: ReadyAnswer, 503: ReadyAnswer },
    },
    async () => {
      const body = await ready();
      return body.ready ? { status: 200, body } : { status: 503, body };
    },
  );
  route(
    app,
    {
      ...open,
      path: '/info',
      summary: 'Version, limits, the address of the TCP protocol, features',
      answers: { 200: InfoAnswer },
    },
    () => {
      const { version, tcp, features } = deps.info;
      return { status: 200, body: { version, vsn: VSN, tcp, features: [...features], limits: LIMITS } };
    },
  );
  app.get('/metrics', async (context) => {
    requireWatcher(deps.metricsToken, { peer: context.env.peerAddress, headers: context.req.raw.headers });
    return context.body(await metrics(), 200, { 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE });
  });
}
