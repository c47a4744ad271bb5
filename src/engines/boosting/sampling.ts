import type { Random } from '#core/math/random.ts';

/**
 * Draws `share` of the first numbers (at least one), each as likely, in ascending order: selection
 * sampling (Knuth, TAOCP vol. 2, 3.4.2, algorithm S).
 *
 * @param total - they are drawn from 0 to `total` - 1
 * @param out - what they are written to, from 0 on
 * @returns how many
 */
export function drawShare(total: number, share: number, random: Random, out: Int32Array): number {
  const wanted = Math.max(1, Math.floor(share * total));
  let drawn = 0;
  for (let i = 0; drawn < wanted; i++) {
    // All are wanted: nothing is left to chance.
    if (wanted === total || (total - i) * random() < wanted - drawn) out[drawn++] = i;
  }
  return drawn;
}
