import { BackupError } from './backup-format.ts';

/** Tables, each behind those that its foreign keys name. */
export function orderTables(
  tables: readonly string[],
  references: readonly { from: string; to: string }[],
): string[] {
  const ordered: string[] = [];
  const waiting = new Set(tables);
  while (waiting.size > 0) {
    const free = [...waiting].filter(
      (table) => !references.some(({ from, to }) => from === table && to !== table && waiting.has(to)),
    );
    if (free.length === 0)
      throw new BackupError(`The tables ${[...waiting].join(', ')} name each other in a circle.`);
    for (const table of free) {
      ordered.push(table);
      waiting.delete(table);
    }
  }
  return ordered;
}
