import { clientPage } from './generate/client.ts';
import { commandsPage } from './generate/commands.ts';
import { limitsPage } from './generate/limits.ts';
import { refusalsPage } from './generate/refusals.ts';
import { rightsPage } from './generate/rights.ts';
import { settingsPage } from './generate/settings.ts';

/** `bun scripts/generate.ts` writes the manuals that are made from data; `--check` says which of them are stale. */
const PAGES: Record<string, () => string> = {
  'docs/client.md': clientPage,
  'docs/commands.md': commandsPage,
  'docs/settings.md': settingsPage,
  'docs/limits.md': limitsPage,
  'docs/refusals.md': refusalsPage,
  'docs/rights.md': rightsPage,
};

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [path, page] of Object.entries(PAGES)) {
  const file = Bun.file(new URL(`../${path}`, import.meta.url));
  const text = page();
  if ((await file.exists()) && (await file.text()) === text) continue;
  stale.push(path);
  if (!check) await Bun.write(file, text);
}

if (check && stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run npm run generate and commit what it writes.`);
  process.exit(1);
}
console.log(stale.length > 0 ? `Wrote ${stale.join(', ')}.` : 'Every generated page is up to date.');
