import { type BacktestResult, backtest } from '../evaluate/backtest.ts';
import { planBacktest } from '../evaluate/backtest-plan.ts';
import { replayErrors } from '../evaluate/replay-errors.ts';
import { volatilityScales } from '../evaluate/volatility.ts';
import { GATE } from '../forecast/auto.ts';
import { combine } from '../forecast/blend-rule.ts';
import { blendMembers, isDefaultMember, lineUp } from '../forecast/line-up.ts';
import type { NamedForecaster } from '../forecast/median.ts';
import { makeSeries } from '../series/series.ts';
import { MINUTE, stepsPerDay } from '../time.ts';
import { learnBlend } from '../training/learn-blend.ts';
import type { Demand } from './demand.ts';
import { recorded } from './recorded.ts';

/** Forecasts of the past as they would have been issued, one from every step on. */
export interface IssuedForecasts {
  /** Index of the newest value that the first of them knew; the others follow step by step. */
  readonly firstOrigin: number;
  /** Steps ahead: the length of a row. */
  readonly horizon: number;
  readonly quantiles: readonly number[];
  /** Rows of points, in units. */
  readonly points: Float64Array;
  /** Beside `quantiles`, rows of values; NaN while too few errors are known for a band. */
  readonly paths: readonly Float64Array[];
  /** Who was blended. */
  readonly members: readonly string[];
}

export interface IssueOptions {
  readonly horizon: number;
  /** In (0, 1), ascending. */
  readonly quantiles: readonly number[];
  /** Values that the first forecast knows. */
  readonly initial: number;
  /** Called before every forecast of every member. */
  readonly checkpoint?: () => void;
}

const BOUNDS = { minimum: 0, maximum: Infinity };

/**
 * Forecasts a demand from every step on, as the service would have: the default members that fit
 * without an engine and in milliseconds, fitted anew once a day, conditioned on every value as it came;
 * blended by the weights that their earlier errors gave (`learnBlend`); with bands made of earlier
 * errors alone, taken as far apart as in service (`planBacktest`). No forecast depends on a value after
 * its origin.
 */
export async function issueForecasts(
  demand: Demand,
  { horizon, quantiles, initial, checkpoint }: IssueOptions,
): Promise<IssuedForecasts> {
  const { step } = demand;
  const target = padded(demand, horizon);
  const plan = {
    initial,
    horizon,
    stride: 1,
    window: 'expanding' as const,
    refit: stepsPerDay(step) ?? initial,
  };
  const members = replayMembers(demand).map(({ name, forecaster }) => ({
    name,
    ...recorded(forecaster, target, plan),
  }));
  const options = { bounds: BOUNDS, ...(checkpoint && { checkpoint }) };
  const measured = await backtest(members, { target }, plan, options);
  const { points, errors } = blended(
    measured,
    members.map(({ name, points: own }) => ({ name, points: own })),
  );
  return {
    firstOrigin: initial - 1,
    horizon,
    quantiles,
    points,
    paths: bandsOver(measured, { points, errors }, target.values, quantiles, demand.values.length),
    members: members.map(({ name }) => name),
  };
}

/** The core of the blend without what needs an engine or long to fit. */
function replayMembers({ step, values }: Demand): readonly NamedForecaster[] {
  const { core } = blendMembers(step);
  // What was known when the judged half began: the rest may not choose a season.
  return lineUp(step, { steps: Math.floor(values.length / 2) }).filter(
    ({ name }) => name === GATE || (core.includes(name) && isDefaultMember(name, MINUTE)),
  );
}

/** With the last value repeated past the end, so that the newest forecasts have all their steps too. */
function padded({ start, step, values }: Demand, horizon: number) {
  const longer = new Float64Array(values.length + horizon).fill(values.at(-1)!);
  longer.set(values);
  return makeSeries({ id: 'demand', unit: 'count', start, step, values: longer });
}

interface Blended {
  readonly points: Float64Array;
  /** Actual − point. */
  readonly errors: Float64Array;
}

/**
 * The blend's forecasts, combined by the rules that were known at each origin. Points are combined, not
 * taken back from errors: those are rounded by their actuals, which nobody knew.
 */
function blended(
  measured: BacktestResult,
  members: readonly { readonly name: string; readonly points: Float64Array }[],
): Blended {
  const { horizon } = measured;
  const core = members.map(({ name }) => name);
  const naive = core.indexOf(GATE);
  const points = new Float64Array(measured.actuals.length).fill(Number.NaN);
  const column = new Float64Array(members.length);
  const { errors } = learnBlend(
    measured,
    { core },
    {
      onRule(row, rule) {
        for (let lead = rule.fromStep; lead <= Math.min(rule.toStep, horizon); lead++) {
          const cell = row * horizon + lead - 1;
          members.forEach((member, i) => {
            column[i] = member.points[cell]!;
          });
          points[cell] = combine(column, rule, column[naive]!);
        }
      },
    },
  );
  return { points, errors };
}

function bandsOver(
  measured: BacktestResult,
  { points, errors }: Blended,
  values: Float64Array,
  quantiles: readonly number[],
  length: number,
): readonly Float64Array[] {
  const { horizon, origins, step } = measured;
  const { stride } = planBacktest(length, step);
  // Bands look back over so many origins: of those alone that are as far apart as in service.
  const kept = errors.map((error, cell) =>
    Math.floor(cell / horizon) % stride === 0 ? error : Number.NaN,
  );
  const result = { ...measured, candidates: [{ name: 'blend', errors: kept, failures: [] }] };
  const scales = volatilityScales(values, origins);
  const paths = quantiles.map(() => new Float64Array(errors.length).fill(Number.NaN));
  replayErrors(result, 'blend', scales, ({ row, record: { bands } }) => {
    if (!bands.areReady) return;
    quantiles.forEach((q, k) => {
      const band = bands.path(q, horizon, scales[row]!);
      for (let h = 0; h < horizon; h++) {
        const cell = row * horizon + h;
        paths[k]![cell] = Math.max(0, points[cell]! + band[h]!);
      }
    });
  });
  return paths;
}
