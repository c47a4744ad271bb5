import * as z from 'zod';
import { DomainError, isDomainError } from '../errors.ts';
import { middleOf } from './blend-rule.ts';
import type { FittedForecaster, Forecaster, ModelState } from './forecaster.ts';
import { checkPointRequest } from './request.ts';

/** A forecaster under the name it has in a line-up. */
export interface NamedForecaster<N extends string = string> {
  readonly name: N;
  readonly forecaster: Forecaster;
}

/** A fitted forecaster under the name it has in a line-up. */
export interface NamedFitted {
  readonly name: string;
  readonly fitted: FittedForecaster;
}

/** The states of the members that could be fitted, by name. */
export interface MedianState extends ModelState {
  readonly kind: 'median';
  readonly version: 1;
  readonly members: readonly { readonly name: string; readonly state: ModelState }[];
}

/** The schema of the blend's state, given the schema of its members' states. */
export function medianStateSchema<T extends z.ZodType<ModelState>>(member: T) {
  return z.strictObject({
    kind: z.literal('median'),
    version: z.literal(1),
    members: z.array(z.strictObject({ name: z.string(), state: member })).min(1),
  });
}

/**
 * The plain median of its members, step by step (the mean of the middle two when their number is
 * even). It needs no weights, and one member gone astray cannot move it far.
 *
 * Members that refuse the history (`HISTORY_TOO_SHORT`, `FIT_DID_NOT_CONVERGE`) are left out until
 * the next fit; the state names the ones that are in. Any other error is passed on.
 *
 * @throws {RangeError} without members, or when two share a name
 */
export function medianBlend(members: readonly NamedForecaster[]): Forecaster<MedianState> {
  checkNames(members);
  const capabilities = members.map(({ forecaster }) => forecaster.capabilities);
  return {
    kind: 'median',
    capabilities: {
      quantiles: false,
      missingValues: capabilities.every(({ missingValues }) => missingValues),
      minHistory: Math.min(...capabilities.map(({ minHistory }) => minHistory)),
    },
    async fit(history, options = {}) {
      const fitted: NamedFitted[] = [];
      const refusals: DomainError[] = [];
      for (const { name, forecaster } of members) {
        options.checkpoint?.();
        try {
          fitted.push({ name, fitted: await forecaster.fit(history, options) });
        } catch (error) {
          if (!isDomainError(error, 'HISTORY_TOO_SHORT', 'FIT_DID_NOT_CONVERGE')) throw error;
          refusals.push(error);
        }
      }
      if (fitted.length === 0) throw noMember(members, refusals);
      return medianOf(fitted);
    },
  };
}

/**
 * The blend of members that are fitted already.
 * @throws {RangeError} without members, when two share a name or their cutoffs differ
 */
export function medianOf(members: readonly NamedFitted[]): FittedForecaster<MedianState> {
  checkNames(members);
  const cutoff = members[0]!.fitted.cutoff;
  if (members.some(({ fitted }) => fitted.cutoff !== cutoff)) {
    throw new RangeError('the members of a blend must share their cutoff');
  }
  return {
    kind: 'median',
    cutoff,
    predict(request) {
      checkPointRequest(request, 'median');
      const forecasts = members.map(({ fitted }) => fitted.predict(request));
      const { seriesId, step } = forecasts[0]!;
      const points = forecasts.map(({ point }) => point);
      return { seriesId, cutoff, step, point: medianPath(points), quantiles: [] };
    },
    update(next) {
      return medianOf(members.map(({ name, fitted }) => ({ name, fitted: fitted.update(next) })));
    },
    toState: () => ({
      kind: 'median',
      version: 1,
      members: members.map(({ name, fitted }) => ({ name, state: fitted.toState() })),
    }),
  };
}

function medianPath(paths: readonly Float64Array[]): Float64Array {
  const column = new Float64Array(paths.length);
  return paths[0]!.map((_, h) => {
    for (let i = 0; i < paths.length; i++) column[i] = paths[i]![h]!;
    return middleOf(column);
  });
}

function checkNames(members: readonly { readonly name: string }[]): void {
  if (members.length === 0) throw new RangeError('a blend needs one member or more');
  const names = members.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new RangeError(`the members of a blend need different names, got ${names.join(', ')}`);
  }
}

function noMember(
  members: readonly NamedForecaster[],
  refusals: readonly DomainError[],
): DomainError {
  const tooShort = refusals.every(({ code }) => code === 'HISTORY_TOO_SHORT');
  return new DomainError(
    tooShort ? 'HISTORY_TOO_SHORT' : 'FIT_DID_NOT_CONVERGE',
    `no member of the blend could be fitted: ${refusals.map(({ message }) => message).join('; ')}`,
    { members: members.map(({ name }, i) => ({ name, code: refusals[i]?.code })) },
    refusals[0],
  );
}
