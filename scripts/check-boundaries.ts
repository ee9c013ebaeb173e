/** Reads every import of the repository and prints those that break the rules of `boundaries/rules.ts`. */
import { dirname, join, posix } from 'node:path';
import { Glob } from 'bun';
import { type FolderEdge, findCycles } from './boundaries/cycles.ts';
import { findImports } from './boundaries/imports.ts';
import { judgeImport, serverFolder } from './boundaries/judge.ts';
import { isTest, PACKAGES, SERVER_SOURCE } from './boundaries/rules.ts';

const root = dirname(import.meta.dirname);
const complaints: string[] = [];
const edges = new Map<string, FolderEdge>();
let files = 0;

for (const folder of Object.keys(PACKAGES)) {
  for (const path of new Glob(`${folder}/**/*.{ts,tsx}`).scanSync({ cwd: root })) {
    const file = path.replaceAll('\\', '/');
    if (/(^|\/)(node_modules|dist)\//.test(file)) continue;
    files += 1;
    for (const { specifier, line } of findImports(await Bun.file(join(root, file)).text())) {
      const complaint = judgeImport(file, specifier);
      if (complaint !== null) complaints.push(`${file}:${line}  '${specifier}': ${complaint}`);
      addServerEdge(file, specifier, line);
    }
  }
}

for (const cycle of findCycles([...edges.values()])) {
  const names = [...cycle.map((edge) => edge.from), cycle[0]?.from].join(' -> ');
  complaints.push(
    `${SERVER_SOURCE}: folders import each other: ${names}`,
    ...cycle.map((e) => `    ${e.site}`),
  );
}

for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exit(1);
console.log(`${files} files keep the boundaries`);

function addServerEdge(file: string, specifier: string, line: number): void {
  if (!file.startsWith(`${SERVER_SOURCE}/`) || isTest(file) || !specifier.startsWith('.')) return;
  const target = posix.normalize(posix.join(posix.dirname(file), specifier));
  if (!target.startsWith(`${SERVER_SOURCE}/`)) return;
  const from = serverFolder(file.slice(SERVER_SOURCE.length + 1));
  const to = serverFolder(target.slice(SERVER_SOURCE.length + 1));
  const key = `${from} ${to}`;
  if (from === '' || to === '' || from === to || edges.has(key)) return;
  edges.set(key, { from, to, site: `${file}:${line}  ${from} -> ${to}` });
}
