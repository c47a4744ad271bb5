import * as z from 'zod';
import { autoOf } from './auto.ts';
import { BlendRuleSchema } from './blend-rule.ts';
import type { FittedForecaster } from './forecaster.ts';
import { fusionOf } from './fusion.ts';
import { medianOf } from './median.ts';

const MemberNamesSchema = z.array(z.string()).min(1);

export const BlendSpecSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('median'), members: MemberNamesSchema }),
  z.strictObject({
    kind: z.literal('auto'),
    members: MemberNamesSchema,
    rules: z.array(BlendRuleSchema).min(1),
  }),
  z.strictObject({
    kind: z.literal('fusion'),
    members: z.array(z.strictObject({ name: z.string(), weight: z.number().gt(0).max(1) })).min(1),
    /** Origins whose errors set the weights; 0: the weights are the ones it starts with. */
    evidence: z.int().nonnegative(),
    /** Members that were kept out, and why. */
    refused: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  }),
]);

/** A blend as a version stores it: its members by name, whose states lie beside it. */
export type BlendSpec = z.infer<typeof BlendSpecSchema>;

/** Puts a blend together. @param memberOf - finds a fitted member by name */
export function assembleBlend(
  spec: BlendSpec,
  memberOf: (name: string) => FittedForecaster,
): FittedForecaster {
  switch (spec.kind) {
    case 'median':
      return medianOf(spec.members.map((name) => ({ name, fitted: memberOf(name) })));
    case 'auto':
      return autoOf(
        spec.members.map((name) => ({ name, fitted: memberOf(name) })),
        spec.rules,
      );
    case 'fusion':
      return fusionOf(
        spec.members.map(({ name, weight }) => ({ name, weight, fitted: memberOf(name) })),
      );
  }
}

/** The names of a blend's members, in its order. */
export function membersOf(spec: BlendSpec): readonly string[] {
  return spec.kind === 'fusion' ? spec.members.map(({ name }) => name) : spec.members;
}
