import type { Clock, DurationMs, EpochMs } from '#core/time.ts';

/**
 * Answers from memory for a while: what anybody may ask must not cost a read each time. Askers at the
 * same moment share one look-up; one that fails is not remembered.
 */
export function rememberFor<T>(
  clock: Clock,
  lifetime: DurationMs,
  look: () => Promise<T>,
): () => Promise<T> {
  let known: { readonly at: EpochMs; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = clock.now();
    if (known && now - known.at >= 0 && now - known.at < lifetime) return known.answer;
    const answer = look();
    const asked = { at: now, answer };
    known = asked;
    answer.catch(() => {
      if (known === asked) known = undefined;
    });
    return answer;
  };
}
