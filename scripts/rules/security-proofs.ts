import type { Place } from './find-rules.ts';

/** `\`path.test.ts\` RULE-1 RULE-2`: what a line of the security page is proven by. */
const PROOF = /`([\w./-]+\.(?:test|soak)\.tsx?)`((?:\s+[A-Z]+-\d+)*)/g;
const ROW = /^\| (\d+\.\d+\.\d+[^|]*) \|/;
const REASON = /\*\*(?:By construction|Not yet|Does not apply)\*\*/;

/**
 * A sentence for each line of the page's tables that names a test which is not there, or neither a test nor a reason
 * (rule CI-2).
 */
export function judgeSecurityPage(page: string, proofs: readonly Place[]): string[] {
  const titles = new Set(proofs.map(({ id, file }) => `${file} ${id}`));
  const files = new Set(proofs.map(({ file }) => file));
  const complaints: string[] = [];
  for (const [index, line] of page.split('\n').entries()) {
    const number = ROW.exec(line)?.[1];
    if (number === undefined) continue;
    const at = `docs/security.md:${index + 1}  ${number}`;
    const named = [...line.matchAll(PROOF)];
    if (named.length === 0 && !REASON.test(line)) complaints.push(`${at} has neither a test nor a reason`);
    for (const [, file = '', ids = ''] of named) {
      const rules = ids.split(/\s+/).filter((id) => id !== '');
      if (!files.has(file))
        complaints.push(`${at} names ${file}, which is no test with a rule in its titles`);
      else if (rules.length === 0) complaints.push(`${at} names no rule of ${file}`);
      else
        for (const id of rules)
          if (!titles.has(`${file} ${id}`)) complaints.push(`${at}: no test of ${file} begins with ${id}`);
    }
  }
  return complaints;
}
