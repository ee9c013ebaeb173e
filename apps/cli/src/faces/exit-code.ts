/** What a shell is told (TERM-83). */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
