import type { Queries } from '../db/database.ts';

const PREFIX = 'tpx ';

/** How PostgreSQL calls the connections of a node. */
export function nameAtPostgres(nodeId: string): string {
  return PREFIX + nodeId;
}

/**
 * The nodes that are connected to PostgreSQL, this one too. Whoever dies is out of it at once and nothing has to be
 * written, unlike with beats in a table.
 */
export async function nodesAtPostgres(queries: Queries): Promise<string[]> {
  const rows = await queries.query<{ id: string }>(
    `SELECT DISTINCT substr(application_name, $2) AS id FROM pg_stat_activity
     WHERE datname = current_database() AND starts_with(application_name, $1)`,
    [PREFIX, PREFIX.length + 1],
  );
  return rows.map(({ id }) => id);
}
