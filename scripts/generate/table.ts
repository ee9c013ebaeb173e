/** Says, at the top of a page, what it is made from. */
export function heading(title: string, source: string): string {
  return `# ${title}\n\n<!-- Made from ${source} by npm run generate. Change it there. -->\n`;
}

/** A markdown table; cells are text, a pipe in one is escaped. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line), ''].join('\n');
}
