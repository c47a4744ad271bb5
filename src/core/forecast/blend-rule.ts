import * as z from 'zod';

export const BlendRuleSchema = z.strictObject({
  fromStep: z.int().positive(),
  toStep: z.int().positive(),
  /**
   * `median`: the plain median, no evidence yet. `half`: half weighted mean, half median. `naive`:
   * the blend's own past error was no better than that of the last value, which answers instead.
   */
  combine: z.enum(['median', 'half', 'naive']),
  /** A weight a member, in their order, adding up to 1 where not null; null: takes no part here. */
  weights: z.array(z.number().min(0).max(1).nullable()),
});

/** How members are combined in one range of steps ahead. */
export type BlendRule = z.infer<typeof BlendRuleSchema>;

/**
 * Combines one value a member. NaN, a member without a value, takes no part; the weights of the
 * others then count relative to each other. NaN when nobody has a value.
 *
 * The same sum serves for errors: the error of a blend is the blend of its members' errors.
 *
 * @param values - one a member, in the order of the rule's weights; not modified
 * @param naive - the value that answers where the rule says `naive`
 */
export function combine(values: Float64Array, rule: BlendRule, naive: number): number {
  if (rule.combine === 'naive') return naive;
  const middle = middleOf(values, (i) => rule.weights[i] !== null);
  if (rule.combine === 'median') return middle;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = rule.weights[i];
    if (weight === null || weight === undefined || Number.isNaN(values[i]!)) continue;
    sum += weight * values[i]!;
    total += weight;
  }
  return total > 0 ? (sum / total + middle) / 2 : middle;
}

/** The median of the values that are not NaN and take part; the mean of the middle two when even. */
export function middleOf(
  values: Float64Array,
  takesPart: (index: number) => boolean = () => true,
): number {
  const sorted = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value) || !takesPart(i)) continue;
    let at = count++;
    // Insertion: a handful of members, millions of steps.
    for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
    sorted[at] = value;
  }
  if (count === 0) return Number.NaN;
  return (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
}
