import { expect, test } from 'bun:test';
import { dirname } from 'node:path';
import { describeSoakPlan, readSoakPlan } from './soak-plan.mjs';
import { findTestFiles } from './test-files.mjs';

const root = dirname(import.meta.dirname);

test('CI-1 every soak says how long it takes and what it does, before any of them begins', () => {
  const files = findTestFiles(root, ['packages', 'apps', 'bench', 'scripts', 'e2e'], /\.soak\.tsx?$/);
  const plan = readSoakPlan(root, files);
  expect(plan.map(({ file }) => file)).toContain('e2e/chaos.soak.ts');
  for (const { minutes, what } of plan) {
    expect(minutes).toBeGreaterThan(0);
    expect(what.length).toBeGreaterThan(10);
  }
  const lines = describeSoakPlan(plan);
  expect(lines).toHaveLength(files.length + 1);
  expect(lines.at(-1)).toContain(`${plan.reduce((sum, { minutes }) => sum + minutes, 0)} min`);
});

test('CI-1 a soak without its line is named', () => {
  expect(() => readSoakPlan(root, ['scripts/test.mjs'])).toThrow('scripts/test.mjs needs a first line');
});
