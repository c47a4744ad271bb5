/** Windows by what they are for, each as the index of the last step it reads, ascending. */
export interface WindowSplit {
  readonly training: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/**
 * Splits windows in the order of time. Windows whose targets reach into the targets of the next part
 * belong to neither (López de Prado 2018, "Advances in financial machine learning", 7.4: purging), so
 * that nothing is both learned and asked:
 *
 * ```
 * reach 2, .6/.4     last step read, and the two targets after it
 *   0 12             training
 *   1  23            training
 *   2   34           purged: 4 is a target of the next
 *   3    45          validation
 *   4     56         validation
 * ```
 *
 * Where that leaves nothing to train on, all windows are for training.
 *
 * @param origins - the last steps read, ascending
 * @param reach - targets a window
 */
export function splitWindows(
  origins: readonly number[],
  shares: { readonly training: number; readonly validation: number },
  reach: number,
): WindowSplit {
  const count = origins.length;
  // 0.7 + 0.15 + 0.15 is a little more than 1 in binary.
  const share = (of: number) => Math.min(count, Math.floor(count * of + 1e-9));
  const first = Math.max(1, share(shares.training));
  const second = Math.max(first, share(shares.training + shares.validation));
  const test = origins.slice(second);
  const validation = purge(origins.slice(first, second), test[0], reach);
  const training = purge(origins.slice(0, first), origins[first], reach);
  return training.length > 0
    ? { training, validation, test }
    : { training: origins, validation: [], test: [] };
}

/** The windows whose last target lies before the first target of the window `next`. */
function purge(
  origins: readonly number[],
  next: number | undefined,
  reach: number,
): readonly number[] {
  return next === undefined ? origins : origins.filter((origin) => origin + reach <= next);
}
