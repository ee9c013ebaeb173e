import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { DEFAULT_PREFERENCES } from '../preferences/preferences.ts';
import { ACTIONS, isAction } from './actions.ts';
import { bindingFaults, bindingsOf, listBindings, PRESETS } from './bindings.ts';
import { chordOf, parseChord } from './chord.ts';

const key = (name: string, more = {}) => ({ name, ctrl: false, alt: false, shift: false, ...more });

describe('TERM-47 key bindings', () => {
  for (const [name, preset] of Object.entries(PRESETS)) {
    test(`TERM-47 ${name}: every chord is one, is there once, and does something that there is`, () => {
      for (const bindings of [preset.keys, preset.selection]) {
        const wrong = Object.entries(bindings).filter(
          ([chord, action]) => parseChord(chord) !== chord || !isAction(action),
        );
        expect(wrong).toEqual([]);
      }
      // JSON.parse keeps the last of two: the text itself says whether a chord stands there twice.
      const text = readFileSync(`${import.meta.dir}/${name}.json`, 'utf8');
      const [keys = '', selection = ''] = text.split('"selection"');
      for (const part of [keys, selection]) {
        const chords = [...part.matchAll(/^ {4}"(.+)":/gm)].map(([, chord]) => chord);
        expect(new Set(chords).size).toBe(chords.length);
      }
    });

    test(`TERM-47 ${name}: whatever a key can do has a key in it, or another way`, () => {
      const bound = new Set([...Object.values(preset.keys), ...Object.values(preset.selection)]);
      const unbound = Object.keys(ACTIONS).filter((action) => !bound.has(action));
      const another = ['kill-to-end', 'switcher', 'cut-or-switcher', 'history-older', 'history-newer'];
      expect(unbound.filter((action) => !another.includes(action))).toEqual([]);
    });
  }

  test('TERM-47 a key is told as bindings write it', () => {
    expect(chordOf(key('k', { ctrl: true }))).toBe('ctrl+k');
    expect(chordOf(key('tab', { shift: true }))).toBe('shift+tab');
    expect(chordOf(key('+', { shift: true }))).toBe('+');
    expect(chordOf(key(' ', { ctrl: true }))).toBe('ctrl+space');
  });

  test('TERM-47 chords are read in any case and order, and nothing else is one', () => {
    expect(['Ctrl+K', 'alt+CTRL+x', 'ctrl++', '+', 'R', 'PageUp', 'shift+F7'].map(parseChord)).toEqual([
      'ctrl+k',
      'ctrl+alt+x',
      'ctrl++',
      '+',
      'R',
      'pageup',
      'shift+f7',
    ]);
    expect(['', 'ctrl+', 'hyper+k', 'kk', 'shift+a', 'ctrl+ctrl+k', ' '].map(parseChord)).toEqual(
      Array(7).fill(undefined),
    );
  });

  test('TERM-47 own bindings go over those of the preset, and false takes one away', () => {
    const bindings = bindingsOf({
      ...DEFAULT_PREFERENCES,
      bindings: {
        'Alt+Q': 'quit',
        'ctrl+q': false,
        'selection x': 'selection-delete',
        nonsense: 'quit',
        f1: 'dance',
      },
    });
    expect([bindings.keys.get('alt+q'), bindings.keys.get('ctrl+q'), bindings.selection.get('x')]).toEqual([
      'quit',
      undefined,
      'selection-delete',
    ]);
    expect(bindingFaults({ nonsense: 'quit', f1: 'dance', f2: false, f3: 'quit' })).toEqual([
      '“nonsense” is no key; write it like ctrl+k or alt+enter.',
      '“dance” for f1 is nothing that a key can do: see /keys.',
    ]);
  });

  test('TERM-47 /keys lists what there is now, in words', () => {
    const list = listBindings(bindingsOf({ ...DEFAULT_PREFERENCES, bindings: { 'ctrl+q': false } }));
    expect(list).toContainEqual({ keys: 'Ctrl+y', does: 'Put back what was cut', on: 'always' });
    expect(list).toContainEqual({ keys: 'r', does: 'Reply to it', on: 'message' });
    expect(list).toContainEqual({ keys: 'PageUp', does: 'Scroll a page up', on: 'always' });
    expect(list.some(({ does }) => does === 'Quit')).toBe(false);
  });
});
