import type { Storage } from '@tpx/sdk';
import type { State } from '../state/state.ts';

/** What the next run finds again. */
export type Kept = {
  order: string[];
  open: string;
  /** Tabs that were closed and stay so until something happens there. */
  closed: string[];
  history: string[];
  /** Lines that were begun, by tab. */
  drafts: Record<string, string>;
};

const KEY = 'terminal/kept';
const HISTORY_KEPT = 200;
const NOTHING: Kept = { order: [], open: '', closed: [], history: [], drafts: {} };

/** Damaged or of another version: then nothing was kept. */
export async function readKept(storage: Storage): Promise<Kept> {
  const text = await storage.get(KEY).catch(() => undefined);
  if (text === undefined) return NOTHING;
  try {
    const { order, open, closed, history, drafts } = JSON.parse(text) as Partial<Record<keyof Kept, unknown>>;
    return {
      order: texts(order),
      open: typeof open === 'string' ? open : '',
      closed: texts(closed),
      history: texts(history),
      drafts: Object.fromEntries(
        Object.entries(drafts ?? {}).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
      ),
    };
  } catch {
    return NOTHING;
  }
}

export async function keep(storage: Storage, state: State, closed: ReadonlySet<string>): Promise<void> {
  const { order, open, tabs, history } = state;
  const drafts = Object.fromEntries(
    order.flatMap((id) => {
      const text = tabs[id]?.draft.text ?? '';
      return text === '' ? [] : [[id, text]];
    }),
  );
  const kept: Kept = {
    order: [...order],
    open,
    closed: [...closed],
    history: history.lines.slice(-HISTORY_KEPT),
    drafts,
  };
  await storage.set(KEY, JSON.stringify(kept));
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
