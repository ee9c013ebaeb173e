import type { Queries } from '../db/database.ts';

/**
 * Nodes of one database are one cluster: by this they find each other on a NATS that others use too, and a copy of the
 * database is another cluster by itself.
 */
export async function clusterName(queries: Queries): Promise<string> {
  const [row] = await queries.query<{ name: string }>(
    `SELECT substr(md5(system_identifier || ' ' || current_database()), 1, 12) AS name FROM pg_control_system()`,
  );
  return row?.name ?? 'unnamed';
}
