const TABLE = /^\s*\[\s*([^\]#]+?)\s*\]/;
const KEY = /^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=/;

/**
 * The line that sets `key` (with its tables, `notify.dms`), counted from 1. The parser does not tell where a value came
 * from, so this reads the heads of tables and keys again; the text is valid TOML already. 1 where it is not found.
 */
export function lineOf(text: string, key: string): number {
  let table = '';
  for (const [index, line] of text.split('\n').entries()) {
    const head = TABLE.exec(line)?.[1];
    if (head !== undefined) table = `${plain(head)}.`;
    const name = head === undefined ? KEY.exec(line)?.[1] : '';
    if (name === undefined) continue;
    const found = `${table}${plain(name)}`.replace(/\.$/, '');
    if (found === key || found.startsWith(`${key}.`)) return index + 1;
  }
  return 1;
}

function plain(path: string): string {
  return path.replaceAll(/["'\s]/g, '');
}
