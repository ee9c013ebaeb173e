import { expect, test } from 'bun:test';
import { MemoryStorage } from '@tpx/sdk';
import { DEFAULT_PREFERENCES } from '@tpx/terminal';
import { PreferencesFile } from './preferences-file.ts';

const configured = { ...DEFAULT_PREFERENCES, theme: 'terminal-dark' };

test('TERM-93 what is chosen is there the next time', async () => {
  const storage = new MemoryStorage();
  const file = await PreferencesFile.open(storage, configured);
  await file.save({ ...file.current, theme: 'monochrome', ignored: ['u1'] });
  const again = await PreferencesFile.open(storage, configured);
  expect(again.current).toEqual({ ...configured, theme: 'monochrome', ignored: ['u1'] });
});

test('TERM-93 a file that says something else about it since then goes before; about other things it does not', async () => {
  const storage = new MemoryStorage();
  const file = await PreferencesFile.open(storage, configured);
  await file.save({ ...file.current, theme: 'monochrome' });
  const otherBell = await PreferencesFile.open(storage, { ...configured, bell: false });
  expect(otherBell.current).toMatchObject({ theme: 'monochrome', bell: false });
  const otherTheme = await PreferencesFile.open(storage, { ...configured, theme: 'terminal-light' });
  expect(otherTheme.current.theme).toBe('terminal-light');
});

test('TERM-93 choosing what the file says is no choice', async () => {
  const storage = new MemoryStorage();
  const file = await PreferencesFile.open(storage, configured);
  await file.save({ ...file.current, theme: 'monochrome' });
  await file.save({ ...file.current, theme: 'terminal-dark' });
  const again = await PreferencesFile.open(storage, { ...configured, theme: 'terminal-light' });
  expect(again.current.theme).toBe('terminal-light');
});

test.each([
  '{',
  '[]',
  '{"theme":1}',
  '{"theme":{"value":7,"over":"terminal-dark"}}',
  '{"keys":{"value":"x","over":"weechat"}}',
])('TERM-93 what is kept may be spoilt: %s', async (text) => {
  const storage = new MemoryStorage();
  await storage.set('preferences', text);
  expect((await PreferencesFile.open(storage, configured)).current).toEqual(configured);
});
