export interface FolderEdge {
  readonly from: string;
  readonly to: string;
  /** `file:line` of one import that makes this edge. */
  readonly site: string;
}

/** Each cycle between folders once, as the edges that close it. */
export function findCycles(edges: readonly FolderEdge[]): FolderEdge[][] {
  const outgoing = Map.groupBy(edges, (edge) => edge.from);
  const cycles = new Map<string, FolderEdge[]>();
  const walk = (folder: string, path: FolderEdge[]): void => {
    for (const edge of outgoing.get(folder) ?? []) {
      const start = path.findIndex((step) => step.from === edge.to);
      if (start !== -1) {
        const cycle = [...path.slice(start), edge];
        const key = cycle
          .map((step) => step.from)
          .sort()
          .join(' ');
        if (!cycles.has(key)) cycles.set(key, cycle);
      } else {
        walk(edge.to, [...path, edge]);
      }
    }
  };
  for (const folder of outgoing.keys()) walk(folder, []);
  return [...cycles.values()];
}
