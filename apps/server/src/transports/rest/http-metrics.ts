import { Counter, Histogram, type Registry } from 'prom-client';
import type { RestShell } from './rest-env.ts';

/** Counts and times every answer by declared path, so that ids in paths do not multiply the series. */
export function httpMetrics(registry: Registry): NonNullable<RestShell['onAnswer']> {
  const answers = new Counter({
    name: 'tpx_http_requests_total',
    help: 'Answers to HTTP requests.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'tpx_http_request_duration_seconds',
    help: 'Time from a request to its answer.',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return (method, route = 'none', status, took) => {
    answers.inc({ method: KNOWN_METHODS.has(method) ? method : 'other', route, status });
    seconds.observe({ route }, took);
  };
}

/** A client may send any word as a method. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
