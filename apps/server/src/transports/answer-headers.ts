/**
 * Defaults for every HTTP answer: no content sniffing, framing, referrer or cache (spec REST-4). /docs and /openapi.json
 * override some.
 */
export const ANSWER_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
} as const;
