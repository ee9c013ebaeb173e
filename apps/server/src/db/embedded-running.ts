import { existsSync, realpathSync } from 'node:fs';
import { openDatabase } from './bun-database.ts';
import { clusterName } from './embedded-leftovers.ts';
import { DATABASE, ROLE } from './embedded-settings.ts';
import { socketCandidates } from './embedded-socket-folder.ts';

/** The address of the PostgreSQL that serves from this data folder now, no matter who started it; null where none does. */
export async function findRunningSocket(
  path: string,
): Promise<{ unix: string; user: string; database: string } | null> {
  const dataDir = realpathSync(path);
  const name = clusterName(dataDir);
  for (const unix of socketCandidates(dataDir, name.replace('tpx-', ''))) {
    const address = { unix, user: ROLE, database: DATABASE };
    if (existsSync(unix) && (await isServerOf(name, address))) return address;
  }
  return null;
}

async function isServerOf(
  name: string,
  address: { unix: string; user: string; database: string },
): Promise<boolean> {
  const database = openDatabase({ ...address, connections: 1 });
  try {
    const [row] = await database.query<{ name: string }>(`SELECT current_setting('cluster_name') AS name`);
    return row?.name === name;
  } catch {
    // A socket that a killed server left, or one of another user.
    return false;
  } finally {
    await database.close();
  }
}
