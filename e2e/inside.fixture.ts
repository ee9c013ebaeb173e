import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseAddress } from '@tpx/server/db/bun-database.ts';
import type { Person, TestServer } from '@tpx/testkit';

/** Lines of postmaster.pid, from 0: the port and the socket's folder. */
const PORT_LINE = 3;
const SOCKET_FOLDER_LINE = 4;

/** The database that a started server uses, for what no client can bring about. */
export function databaseOf(server: TestServer): DatabaseAddress {
  const url = process.env.TPX_DATABASE_URL;
  if (url) return { url };
  const lines = readFileSync(join(server.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const unix = join(lines[SOCKET_FOLDER_LINE] ?? '', `.s.PGSQL.${lines[PORT_LINE]}`);
  return { unix, user: 'tpx', database: 'tpx' };
}

/** What the access token says. */
export function claimsOf(person: Person): { sub: string; sid: string } {
  return JSON.parse(Buffer.from(person.tokens.access_token.split('.')[1] ?? '', 'base64url').toString());
}
