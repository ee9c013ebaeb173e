/**
 * Asks once for all who want to know at the same time, and again only `freshMs` after the answer: however often it is
 * called, it costs as much as one asker a period. A failure is returned to those who waited and is not kept.
 */
export function sharedAnswer<Answer>(freshMs: number, ask: () => Promise<Answer>): () => Promise<Answer> {
  let last: { answer: Promise<Answer>; freshUntil: number } | undefined;
  return () => {
    if (last && performance.now() < last.freshUntil) return last.answer;
    const answer = ask();
    const asked = { answer, freshUntil: Number.POSITIVE_INFINITY };
    last = asked;
    answer.then(
      () => {
        asked.freshUntil = performance.now() + freshMs;
      },
      () => {
        asked.freshUntil = 0;
      },
    );
    return answer;
  };
}
