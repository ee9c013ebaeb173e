/** The figures of one measurement; `ok` is whether every target was met. */
export type Result = { ok: boolean } & Record<string, unknown>;

export type Target = {
  name: string;
  value: number;
  limit: number;
  unit: string;
  atLeast: boolean;
  met: boolean;
};

export function atMost(name: string, value: number, limit: number, unit: string): Target {
  return { name, value, limit, unit, atLeast: false, met: value <= limit };
}

export function atLeast(name: string, value: number, limit: number, unit: string): Target {
  return { name, value, limit, unit, atLeast: true, met: value >= limit };
}

export function printTargets(targets: readonly Target[]): void {
  console.log('');
  for (const { name, value, limit, unit, atLeast: floor, met } of targets) {
    const verdict = met ? 'met   ' : 'MISSED';
    console.log(
      `${verdict}  ${name}: ${round(value)} ${unit} (target ${floor ? 'at least' : 'at most'} ${limit})`,
    );
  }
}

/** Three significant digits below 1,000: what follows is noise. */
export function round(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}

/** A table in Markdown, as `docs/benchmarks.md` holds it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? round(cell).toLocaleString('en-US') : cell)).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
