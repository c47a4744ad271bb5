import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { ArimaStateSchema, restoreArima } from './arima.ts';
import { autoOf, autoStateSchema } from './auto.ts';
import { BaselineStateSchema, restoreBaseline } from './baseline.ts';
import { EtsStateSchema, restoreEts } from './ets.ts';
import type { FittedForecaster, FittedPool, PoolLookup } from './forecaster.ts';
import { fusionOf, fusionStateSchema } from './fusion.ts';
import { LstmStateSchema, restoreLstm } from './lstm.ts';
import { medianOf, medianStateSchema } from './median.ts';
import { MstlStateSchema, restoreMstl } from './mstl.ts';
import { NaiveStateSchema, restoreNaive } from './naive.ts';
import { ProfileArStateSchema, restoreProfileAr } from './profile-ar.ts';
import { ProphetStateSchema, restoreProphet } from './prophet.ts';
import { RidgeStateSchema, restoreRidge } from './ridge.ts';
import { restoreSeasonalNaive, SeasonalNaiveStateSchema } from './seasonal-naive.ts';
import { restoreSeasonalTheta, SeasonalThetaStateSchema } from './seasonal-theta.ts';
import { restoreSes, SesStateSchema } from './ses.ts';
import {
  restoreXgboost,
  restoreXgboostPool,
  type XgboostPoolState,
  XgboostPoolStateSchema,
  XgboostStateSchema,
} from './xgboost.ts';

/** The state of any single model. */
export const MemberStateSchema = z.discriminatedUnion('kind', [
  NaiveStateSchema,
  SeasonalNaiveStateSchema,
  BaselineStateSchema,
  ProfileArStateSchema,
  SesStateSchema,
  SeasonalThetaStateSchema,
  RidgeStateSchema,
  EtsStateSchema,
  ArimaStateSchema,
  MstlStateSchema,
  ProphetStateSchema,
  LstmStateSchema,
  XgboostStateSchema,
]);

/** The states of the blends, their members' states inside. */
const MedianStateSchema = medianStateSchema(MemberStateSchema);
const AutoStateSchema = autoStateSchema(MemberStateSchema);
const FusionStateSchema = fusionStateSchema(MemberStateSchema);

/** Every state this code can serve. Anything else must be retrained. */
export const ModelStateSchema = z.discriminatedUnion('kind', [
  ...MemberStateSchema.options,
  MedianStateSchema,
  AutoStateSchema,
  FusionStateSchema,
]);

export type KnownModelState = z.infer<typeof ModelStateSchema>;

/**
 * The fitted model of a stored state, ready to `update` and `predict`.
 *
 * @param pools - finds the pools that states of pooled members refer to
 * @throws {DomainError} `STATE_INCOMPATIBLE` for an unknown kind, version or shape, or a pool that
 *   was not found
 */
export function restore(state: unknown, pools: PoolLookup = NO_POOLS): FittedForecaster {
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
  return restoreKnown(parsed.data, pools);
}

const NO_POOLS: PoolLookup = () => undefined;

/**
 * The state of a stored pool, checked.
 * @throws {DomainError} `STATE_INCOMPATIBLE`
 */
export function parsePool(state: unknown): XgboostPoolState {
  const parsed = XgboostPoolStateSchema.safeParse(state);
  if (parsed.success) return parsed.data;
  throw new DomainError(
    'STATE_INCOMPATIBLE',
    `the stored pool is none this version knows (${z.prettifyError(parsed.error)})`,
    {},
    parsed.error,
  );
}

/** The pool of a stored state, ready to be applied. @throws {DomainError} `STATE_INCOMPATIBLE` */
export function restorePool(state: unknown): FittedPool {
  return restoreXgboostPool(parsePool(state));
}

const StateTagSchema = z.object({ kind: z.unknown(), version: z.unknown() });

function restoreKnown(state: KnownModelState, pools: PoolLookup): FittedForecaster {
  const fitted = (member: KnownModelState) => restoreKnown(member, pools);
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
    case 'seasonal-theta':
      return restoreSeasonalTheta(state);
    case 'ridge':
      return restoreRidge(state);
    case 'ets':
      return restoreEts(state);
    case 'arima':
      return restoreArima(state);
    case 'mstl':
      return restoreMstl(state);
    case 'prophet':
      return restoreProphet(state);
    case 'lstm':
      return restoreLstm(state);
    case 'xgboost':
      return restoreXgboost(state, pools);
    case 'median':
      return medianOf(state.members.map(({ name, state: own }) => ({ name, fitted: fitted(own) })));
    case 'auto':
      return autoOf(
        state.members.map(({ name, state: own }) => ({ name, fitted: fitted(own) })),
        state.rules,
      );
    case 'fusion':
      return fusionOf(
        state.members.map(({ name, weight, state: own }) => ({
          name,
          weight,
          fitted: fitted(own),
        })),
      );
  }
}
