import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { BaselineStateSchema, restoreBaseline } from './baseline.ts';
import type { FittedForecaster } from './forecaster.ts';
import { medianOf, medianStateSchema } from './median.ts';
import { NaiveStateSchema, restoreNaive } from './naive.ts';
import { ProfileArStateSchema, restoreProfileAr } from './profile-ar.ts';
import { restoreSeasonalNaive, SeasonalNaiveStateSchema } from './seasonal-naive.ts';
import { restoreSes, SesStateSchema } from './ses.ts';

/** The state of any single model. */
export const MemberStateSchema = z.discriminatedUnion('kind', [
  NaiveStateSchema,
  SeasonalNaiveStateSchema,
  BaselineStateSchema,
  ProfileArStateSchema,
  SesStateSchema,
]);

/** The state of the median blend, its members' states inside. */
export const MedianStateSchema = medianStateSchema(MemberStateSchema);

/** Every state this code can serve. Anything else must be retrained. */
export const ModelStateSchema = z.discriminatedUnion('kind', [
  ...MemberStateSchema.options,
  MedianStateSchema,
]);

export type KnownModelState = z.infer<typeof ModelStateSchema>;

/**
 * The fitted model of a stored state, ready to `update` and `predict`.
 * @throws {DomainError} `STATE_INCOMPATIBLE` for an unknown kind, version or shape
 */
export function restore(state: unknown): FittedForecaster {
  const parsed = ModelStateSchema.safeParse(state);
  if (!parsed.success) {
    const summary = StateTagSchema.safeParse(state);
    throw new DomainError(
      'STATE_INCOMPATIBLE',
      `the stored state is none this version knows (${z.prettifyError(parsed.error)})`,
      summary.success ? summary.data : {},
      parsed.error,
    );
  }
  return restoreKnown(parsed.data);
}

const StateTagSchema = z.object({ kind: z.unknown(), version: z.unknown() });

function restoreKnown(state: KnownModelState): FittedForecaster {
  switch (state.kind) {
    case 'naive':
      return restoreNaive(state);
    case 'seasonal-naive':
      return restoreSeasonalNaive(state);
    case 'baseline':
      return restoreBaseline(state);
    case 'profile-ar':
      return restoreProfileAr(state);
    case 'ses':
      return restoreSes(state);
    case 'median':
      return medianOf(
        state.members.map(({ name, state: member }) => ({ name, fitted: restoreKnown(member) })),
      );
  }
}
