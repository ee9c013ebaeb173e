import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HEADER = /^\/\/ soak: (\d+) min\. (.+)$/m;

/**
 * What soak files say of themselves: how long each takes, about, and what it does.
 *
 * @param {string} root
 * @param {readonly string[]} files
 * @returns {{ file: string, minutes: number, what: string }[]}
 * @throws {Error} for a file without its line
 */
export function readSoakPlan(root, files) {
  return files.map((file) => {
    const header = HEADER.exec(readFileSync(join(root, file), 'utf8'));
    if (!header) throw new Error(`${file} needs a first line like "// soak: 5 min. What it does".`);
    return { file, minutes: Number(header[1]), what: String(header[2]) };
  });
}

/**
 * @param {readonly { file: string, minutes: number, what: string }[]} plan
 * @returns {string[]} a line each, and their sum
 */
export function describeSoakPlan(plan) {
  const width = Math.max(0, ...plan.map(({ file }) => file.length));
  const lines = plan.map(
    ({ file, minutes, what }) => `${String(minutes).padStart(4)} min  ${file.padEnd(width)}  ${what}`,
  );
  const total = plan.reduce((sum, { minutes }) => sum + minutes, 0);
  return [...lines, `${String(total).padStart(4)} min  in all, one after the other`];
}
