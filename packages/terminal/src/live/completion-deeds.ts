import type { Deed } from './deeds.ts';

export const COMPLETION_DEEDS = {
  complete: () => undefined,
  'complete-back': () => undefined,
} satisfies Record<string, Deed>;
