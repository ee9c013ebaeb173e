import { readFileSync } from 'node:fs';

/**
 * @typedef {{ name: string, file: string, outcome: 'passed' | 'failed' | 'skipped' }} TestCase
 */

/**
 * The test cases of a JUnit file as `bun test` writes it; none when the file is missing, which is what a test that
 * calls `process.exit` leaves behind.
 *
 * @param {string} path
 * @returns {TestCase[]}
 */
export function readTestCases(path) {
  let xml = '';
  try {
    xml = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const cases = [];
  for (const [, attributes = '', body = ''] of xml.matchAll(
    /<testcase\s([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    const group = attribute(attributes, 'classname');
    const title = attribute(attributes, 'name');
    cases.push({
      name: group === '' ? title : `${group} > ${title}`,
      file: attribute(attributes, 'file'),
      outcome: outcomeOf(body),
    });
  }
  return cases;
}

/**
 * @param {string} body
 * @returns {TestCase['outcome']}
 */
function outcomeOf(body) {
  if (/<(failure|error)\b/.test(body)) return 'failed';
  return /<skipped\b/.test(body) ? 'skipped' : 'passed';
}

/**
 * @param {string} attributes
 * @param {string} name
 */
function attribute(attributes, name) {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
  return value
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
