/**
 * Path and query of a request's URL by its text alone. Bun makes the URL of the Host header as it came: it may be no
 * valid one, and without a usable host it begins with the path.
 */
export function pathOf(url: string): string {
  const start = startOfPath(url);
  const query = url.indexOf('?', start);
  return query === -1 ? url.slice(start) : url.slice(start, query);
}

export function queryOf(url: string): URLSearchParams {
  const query = url.indexOf('?', startOfPath(url));
  return new URLSearchParams(query === -1 ? '' : url.slice(query + 1));
}

function startOfPath(url: string): number {
  return url.startsWith('/') ? 0 : Math.max(0, url.indexOf('/', url.indexOf('//') + 2));
}
