import type { Preferences } from '../preferences/preferences.ts';
import { ACTIONS, type ActionName, isAction } from './actions.ts';
import { parseChord, showChord } from './chord.ts';
import halloy from './halloy.json' with { type: 'json' };
import weechat from './weechat.json' with { type: 'json' };

export const PRESETS = { weechat, halloy } satisfies Record<Preferences['keys'], Preset>;

/** `selection` comes first while a message is picked out; keys that it does not have do what they always do. */
type Preset = { keys: Record<string, string>; selection: Record<string, string> };
export type Bindings = { keys: ReadonlyMap<string, ActionName>; selection: ReadonlyMap<string, ActionName> };

/** A person's own binding for while a message is picked out is written with this before the chord. */
const SELECTION = 'selection ';

/** The preset with what the person has bound or unbound. What makes no sense changes nothing: `bindingFaults` tells. */
export function bindingsOf({ keys: preset, bindings }: Pick<Preferences, 'keys' | 'bindings'>): Bindings {
  const result = { keys: read(PRESETS[preset].keys), selection: read(PRESETS[preset].selection) };
  for (const [written, action] of Object.entries(bindings)) {
    const { context, chord } = place(written);
    if (chord === undefined) continue;
    if (action === false) result[context].delete(chord);
    else if (isAction(action)) result[context].set(chord, action);
  }
  return result;
}

/** A sentence for each of a person's own bindings that cannot be. */
export function bindingFaults(bindings: Preferences['bindings']): string[] {
  return Object.entries(bindings).flatMap(([written, action]) => {
    if (place(written).chord === undefined)
      return [`“${written}” is no key; write it like ctrl+k or alt+enter.`];
    if (action !== false && !isAction(action))
      return [`“${action}” for ${written} is nothing that a key can do: see /keys.`];
    return [];
  });
}

/** For `/keys`. `on`: they do it always, or only while a message is picked out. */
export type ListedBinding = { keys: string; does: string; on: 'always' | 'message' };

/** An action a line, in the order of their table; what is done with messages comes last. */
export function listBindings({ keys, selection }: Bindings): ListedBinding[] {
  return [...listed(keys, 'always'), ...listed(selection, 'message')];
}

function listed(bindings: ReadonlyMap<string, ActionName>, on: ListedBinding['on']): ListedBinding[] {
  return (Object.keys(ACTIONS) as ActionName[]).flatMap((action) => {
    const chords = chordsOf(bindings, action).map(showChord);
    return chords.length === 0 ? [] : [{ keys: chords.join(', '), does: ACTIONS[action], on }];
  });
}

function chordsOf(bindings: ReadonlyMap<string, ActionName>, action: ActionName): string[] {
  return [...bindings].filter(([, bound]) => bound === action).map(([chord]) => chord);
}

function place(written: string): { context: keyof Bindings; chord: string | undefined } {
  const inSelection = written.startsWith(SELECTION);
  return {
    context: inSelection ? 'selection' : 'keys',
    chord: parseChord(inSelection ? written.slice(SELECTION.length) : written),
  };
}

function read(bindings: Record<string, string>): Map<string, ActionName> {
  return new Map(
    Object.entries(bindings).filter((entry): entry is [string, ActionName] => isAction(entry[1])),
  );
}
