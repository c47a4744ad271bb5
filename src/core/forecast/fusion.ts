import * as z from 'zod';
import type { FittedForecaster, ModelState } from './forecaster.ts';
import { checkPointRequest } from './request.ts';

/** A member of a fusion with the weight it is used with. */
export interface FusionMember {
  readonly name: string;
  /** In (0, 1]; those of a fusion add up to 1. */
  readonly weight: number;
  readonly fitted: FittedForecaster;
}

export interface FusionState extends ModelState {
  readonly kind: 'fusion';
  readonly version: 1;
  readonly members: readonly {
    readonly name: string;
    readonly weight: number;
    readonly state: ModelState;
  }[];
}

const WeightSchema = z.number().gt(0).max(1);

/** The schema of the fusion's state, given the schema of its members' states. */
export function fusionStateSchema<T extends z.ZodType<ModelState>>(member: T) {
  return z.strictObject({
    kind: z.literal('fusion'),
    version: z.literal(1),
    members: z
      .array(z.strictObject({ name: z.string(), weight: WeightSchema, state: member }))
      .min(1),
  });
}

/** Weights are stored rounded by nobody, but they were divided: they add up to 1 to this. */
const ROUNDING = 1e-9;

/**
 * A weighted mean with one fixed weight a member, step by step: `ŷ(h) = Σ wᵢ ŷᵢ(h)`.
 *
 * @throws {RangeError} without members, when their cutoffs differ or the weights do not add up to 1
 */
export function fusionOf(members: readonly FusionMember[]): FittedForecaster<FusionState> {
  if (members.length === 0) throw new RangeError('a fusion needs one member or more');
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  if (Math.abs(total - 1) > ROUNDING || members.some(({ weight }) => !(weight > 0))) {
    const given = members.map(({ weight }) => weight).join(', ');
    throw new RangeError(`the weights of a fusion are positive and add up to 1, got ${given}`);
  }
  const cutoff = members[0]!.fitted.cutoff;
  if (members.some(({ fitted }) => fitted.cutoff !== cutoff)) {
    throw new RangeError('the members of a fusion must share their cutoff');
  }
  return {
    kind: 'fusion',
    cutoff,
    predict(request) {
      checkPointRequest(request, 'fusion');
      const forecasts = members.map(({ fitted }) => fitted.predict(request));
      const { seriesId, step } = forecasts[0]!;
      const point = new Float64Array(request.horizon);
      for (const [i, { weight }] of members.entries()) {
        const own = forecasts[i]!.point;
        for (let h = 0; h < point.length; h++) point[h]! += weight * own[h]!;
      }
      return { seriesId, cutoff, step, point, quantiles: [] };
    },
    update: (next) =>
      fusionOf(members.map((member) => ({ ...member, fitted: member.fitted.update(next) }))),
    toState: () => ({
      kind: 'fusion',
      version: 1,
      members: members.map(({ name, weight, fitted }) => ({
        name,
        weight,
        state: fitted.toState(),
      })),
    }),
  };
}
