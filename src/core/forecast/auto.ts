import * as z from 'zod';
import { type BlendRule, BlendRuleSchema, combine } from './blend-rule.ts';
import type { FittedForecaster, ModelState } from './forecaster.ts';
import type { NamedFitted } from './median.ts';
import { checkPointRequest } from './request.ts';

/** Members with their states, and how they are combined at each range of steps ahead. */
export interface AutoState extends ModelState {
  readonly kind: 'auto';
  readonly version: 1;
  readonly members: readonly { readonly name: string; readonly state: ModelState }[];
  /** Ascending, from step 1 on without a hole; the last one holds for all that lies beyond. */
  readonly rules: readonly BlendRule[];
}

/** The schema of the blend's state, given the schema of its members' states. */
export function autoStateSchema<T extends z.ZodType<ModelState>>(member: T) {
  return z.strictObject({
    kind: z.literal('auto'),
    version: z.literal(1),
    members: z.array(z.strictObject({ name: z.string(), state: member })).min(1),
    rules: z.array(BlendRuleSchema).min(1),
  });
}

/** The member that answers where the blend was no better than it. */
export const GATE = 'naive';

/**
 * The blend that learns from its members' past errors: half their mean, weighted by what each has
 * measured, half their median, and the last value where even that was no better. The rules come from
 * `learnBlend` and from out-of-fold errors alone.
 *
 * @throws {RangeError} when members and rules do not fit each other, or a rule asks for `naive` and
 *   there is no such member
 */
export function autoOf(
  members: readonly NamedFitted[],
  rules: readonly BlendRule[],
): FittedForecaster<AutoState> {
  const naive = members.findIndex(({ name }) => name === GATE);
  checkRules(members, rules, naive);
  const cutoff = members[0]!.fitted.cutoff;
  return {
    kind: 'auto',
    cutoff,
    predict(request) {
      checkPointRequest(request, 'auto');
      const forecasts = members.map(({ fitted }) => fitted.predict(request));
      const { seriesId, step } = forecasts[0]!;
      const point = new Float64Array(request.horizon);
      const column = new Float64Array(members.length);
      let range = 0;
      for (let h = 0; h < point.length; h++) {
        while (range < rules.length - 1 && h + 1 > rules[range]!.toStep) range++;
        for (let i = 0; i < column.length; i++) column[i] = forecasts[i]!.point[h]!;
        point[h] = combine(column, rules[range]!, column[naive] ?? Number.NaN);
      }
      return { seriesId, cutoff, step, point, quantiles: [] };
    },
    update(next) {
      const moved = members.map(({ name, fitted }) => ({ name, fitted: fitted.update(next) }));
      return autoOf(moved, rules);
    },
    toState: () => ({
      kind: 'auto',
      version: 1,
      members: members.map(({ name, fitted }) => ({ name, state: fitted.toState() })),
      rules: structuredClone(rules),
    }),
  };
}

function checkRules(
  members: readonly NamedFitted[],
  rules: readonly BlendRule[],
  naive: number,
): void {
  if (members.length === 0) throw new RangeError('a blend needs one member or more');
  if (members.some(({ fitted }) => fitted.cutoff !== members[0]!.fitted.cutoff)) {
    throw new RangeError('the members of a blend must share their cutoff');
  }
  if (rules.length === 0) throw new RangeError('a blend needs one rule or more');
  for (const rule of rules) {
    if (rule.weights.length !== members.length) {
      throw new RangeError(
        `a rule needs ${members.length} weights, one a member, got ${rule.weights.length}`,
      );
    }
    if (rule.combine === 'naive' && naive < 0) {
      throw new RangeError(`a rule answers with ${GATE}, which is no member`);
    }
  }
}
