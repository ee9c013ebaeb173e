import type { Config } from './config/config.ts';

/** What the person who started a node reads: where it is, and what to type next. */
export function greeting(url: URL, config: Config): string {
  const address = url.origin;
  const server = address === 'http://127.0.0.1:4000' ? '' : ` --server ${address}`;
  const data = config.databaseUrl === null ? config.dataDir : 'your PostgreSQL';
  return [
    '',
    `  TPX is at ${address}, its data in ${data}.`,
    '',
    `  Talk        npm run tpx --${server ? `${server} ` : ' '}register <name>`,
    `  API         ${address}/docs`,
    '  Stop        Ctrl-C',
    '',
  ].join('\n');
}
