import { type Draft, rewrite } from '../editing/draft.ts';
import { type Completion as Found, withCandidate } from '../language/completion.ts';
import { type Offer, openTab } from '../state/state.ts';
import { safeText } from '../text/safe-text.ts';
import type { Deed, Doing } from './deeds.ts';

/** Tab takes the first that fits and shows the others; again takes the next (spec TERM-50). */
export const COMPLETION_DEEDS = {
  complete: (doing) => cycle(doing, 1),
  'complete-back': (doing) => cycle(doing, -1),
} satisfies Record<string, Deed>;

export function takeOffer({ live }: Pick<Doing, 'live'>, chosen: number): void {
  const { completion } = live.state;
  const offer = completion?.offers[chosen];
  if (!completion || !offer) return;
  live.change({ type: 'drafted', draft: drafted(completion.typed, offer) });
  live.change({ type: 'completion', completion: { ...completion, chosen } });
}

function cycle(doing: Doing, by: 1 | -1): void {
  const { completion } = doing.live.state;
  if (!completion) {
    ask(doing);
    return;
  }
  const { length } = completion.offers;
  takeOffer(doing, (completion.chosen + by + length) % length);
}

function ask({ live, completer }: Doing): void {
  const { id, draft: typed } = openTab(live.state);
  completer.ask(typed.text, typed.cursor, (found, isComplete) => {
    const { state } = live;
    const isStillAsked = state.completion?.typed === typed || openTab(state).draft === typed;
    // Who has gone on already keeps what they have.
    if (state.open !== id || !isStillAsked || (state.completion?.chosen ?? 0) > 0) return;
    const offers = offersOf(typed, found);
    const [first] = offers;
    if (!first) return;
    live.change({ type: 'drafted', draft: drafted(typed, first) });
    const isOnlyOne = offers.length === 1 && isComplete;
    if (!isOnlyOne) live.change({ type: 'completion', completion: { offers, chosen: 0, typed } });
  });
}

function offersOf(typed: Draft, found: Found): Offer[] {
  return found.candidates.map((candidate) => ({
    label: candidate.label,
    help: candidate.note ?? '',
    draft: withCandidate(typed.text, found, candidate),
  }));
}

function drafted(typed: Draft, { draft }: Offer): Draft {
  const before = safeText(draft.text.slice(0, draft.cursor));
  return rewrite(typed, before + safeText(draft.text.slice(draft.cursor)), before.length);
}
