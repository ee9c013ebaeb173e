import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from './on-path.mjs';

/** What some tests need beyond npm packages. A test that misses its part skips itself; this says so beforehand. */
const NEEDS = [
  { what: 'nats-server', found: () => onPath('nats-server'), without: 'tests of several nodes over NATS' },
  {
    what: 'a PostgreSQL server (Debian: postgresql)',
    found: () => onPath('postgres') || debianPostgres(),
    without: 'tests against a PostgreSQL other than the embedded one',
  },
  {
    what: 'one of nginx, caddy, curl, openssl',
    found: () => ['nginx', 'caddy', 'curl', 'openssl'].every((program) => onPath(program)),
    without: 'tests through load balancers',
  },
  {
    what: 'the right to make pid namespaces (root, unshare)',
    found: () => spawnSync('unshare', ['--pid', '--ipc', '--fork', '--mount-proc', 'true']).status === 0,
    without: 'tests of two containers on one data folder',
  },
  {
    what: 'faketime',
    found: () => onPath('faketime'),
    without: 'tests of clocks that are wrong',
  },
  { what: 'tmux', found: () => onPath('tmux'), without: 'tests in a real terminal' },
  { what: 'git', found: () => onPath('git'), without: 'tests that clone the repository' },
];

/** @returns {string[]} one sentence for each thing that is missing */
export function missingNeeds() {
  return NEEDS.filter(({ found }) => !found()).map(
    ({ what, without }) => `${what} is missing: ${without} are skipped`,
  );
}

function debianPostgres() {
  const base = '/usr/lib/postgresql';
  return existsSync(base) && readdirSync(base).some((v) => existsSync(join(base, v, 'bin', 'postgres')));
}
