/**
 * Every rule is defined once, every rule that the title of a test begins with is defined, and every test that
 * docs/security.md names is there.
 */
import { dirname, join } from 'node:path';
import { Glob } from 'bun';
import { findDefinitions, findProofs, judgeRules, type Place } from './rules/find-rules.ts';
import { judgeSecurityPage } from './rules/security-proofs.ts';

const root = dirname(import.meta.dirname);

async function find(
  patterns: readonly string[],
  read: (file: string, text: string) => Place[],
): Promise<Place[]> {
  const found: Place[] = [];
  for (const pattern of patterns) {
    for (const path of new Glob(pattern).scanSync({ cwd: root })) {
      const file = path.replaceAll('\\', '/');
      if (!/(^|\/)(node_modules|dist)\//.test(file))
        found.push(...read(file, await Bun.file(join(root, file)).text()));
    }
  }
  return found;
}

const definitions = await find(
  ['{spec,docs}/**/*.md', '{packages,apps}/*/README.md', '{packages,apps}/*/src/**/*.{ts,tsx}'],
  findDefinitions,
);
const proofs = await find(['{packages,apps,bench,e2e,scripts}/**/*.{test,soak}.{ts,tsx}'], findProofs);

const page = await Bun.file(join(root, 'docs', 'security.md')).text();
const complaints = [...judgeRules(definitions, proofs), ...judgeSecurityPage(page, proofs)];
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exit(1);
const proven = new Set(proofs.map(({ id }) => id)).size;
console.log(`${definitions.length} rules, ${proven} of them in the titles of tests`);
