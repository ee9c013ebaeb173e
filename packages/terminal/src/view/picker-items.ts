import { bodyOf } from '../commands/message-text.ts';
import type { Picker } from '../state/overlay.ts';
import type { State } from '../state/state.ts';
import { fuzzyScore } from '../text/fuzzy.ts';
import { safeLine } from '../text/safe-text.ts';
import { clockOf, dayOf } from './day.ts';
import type { Sources } from './sources.ts';
import { titleOfTab } from './titles.ts';

export type PickerItem = {
  label: string;
  detail: string;
  take: { kind: 'tab'; id: string } | { kind: 'line'; text: string } | { kind: 'message'; id: string };
};

const ITEMS_MAX = 100;

/** What a picker offers for what was typed, the best first. */
export function pickerItems(picker: Picker, state: State, sources: Sources): PickerItem[] {
  const query = picker.query.text;
  switch (picker.kind) {
    case 'switcher':
      return tabs(query, state, sources);
    case 'history':
      return lines(query, state);
    case 'search':
      return messages(query, state, sources);
  }
}

function tabs(query: string, state: State, sources: Sources): PickerItem[] {
  return state.order
    .map((id, index) => {
      const label = titleOfTab(id, sources);
      const { unread = 0, mentions = 0 } = state.tabs[id] ?? {};
      // Nothing typed yet: what waits comes first, then the tab before.
      const idle = mentions * 1000 + unread + (id === state.before ? 0.5 : 0) - (id === state.open ? 1 : 0);
      const score = query === '' ? idle : fuzzyScore(query, label);
      const detail = `${index + 1}${unread > 0 ? `, ${unread} unread` : ''}`;
      return { label, detail, score, take: { kind: 'tab' as const, id } };
    })
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
}

function lines(query: string, { history }: State): PickerItem[] {
  const wanted = query.toLowerCase();
  const found = new Set<string>();
  for (let at = history.lines.length - 1; at >= 0 && found.size < ITEMS_MAX; at--) {
    const line = history.lines[at] ?? '';
    if (line.toLowerCase().includes(wanted)) found.add(line);
  }
  return [...found].map((text) => ({ label: safeLine(text), detail: '', take: { kind: 'line', text } }));
}

function messages(query: string, state: State, sources: Sources): PickerItem[] {
  const wanted = query.toLowerCase();
  const held = sources.conversation(state.open)?.messages ?? [];
  const found: PickerItem[] = [];
  if (wanted === '') return found;
  for (let at = held.length - 1; at >= 0 && found.length < ITEMS_MAX; at--) {
    const message = held[at];
    if (!message || message.type === 'system' || message.deleted) continue;
    const body = bodyOf(message);
    const place = body.toLowerCase().indexOf(wanted);
    if (place < 0) continue;
    const excerpt = safeLine(body.slice(Math.max(0, place - 20), place + 200));
    const when = new Date(message.created_at);
    found.push({
      label: `${sources.name(message.sender_id)}: ${place > 20 ? '…' : ''}${excerpt}`,
      detail: `${dayOf(when)} ${clockOf(when, false)}`,
      take: { kind: 'message', id: message.id },
    });
  }
  return found;
}
