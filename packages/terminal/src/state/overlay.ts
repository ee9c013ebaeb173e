import type { Draft } from '../editing/draft.ts';

/** A list to choose from, narrowed by what is typed: tabs, lines that were sent, messages. `chosen` counts from the best. */
export type Picker = {
  readonly kind: 'switcher' | 'history' | 'search';
  readonly query: Draft;
  readonly chosen: number;
};

/** What lies over the line and takes the keys while it is there. */
export type Overlay =
  | Picker
  /** A long paste: sent as it is, put into the line, or dropped. */
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'confirm'; readonly question: string }
  /** Typed without being shown. */
  | { readonly kind: 'secret'; readonly question: string; readonly draft: Draft };

export function isPicker(overlay: Overlay | undefined): overlay is Picker {
  return overlay?.kind === 'switcher' || overlay?.kind === 'history' || overlay?.kind === 'search';
}
