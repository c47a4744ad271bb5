import type { FittedMetric, PoolRef } from '#contracts/artifacts/stage-outputs.ts';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import type { Forecaster } from '#core/forecast/forecaster.ts';
import { seededRandom } from '#core/math/random.ts';
import type { Series } from '#core/series/series.ts';
import type { Clock } from '#core/time.ts';
import { fitMembers, type TrainingMember } from '#core/training/fit-members.ts';

/** What the members' random numbers are drawn from: a fixed seed, so that a training repeats. */
export const TRAINING_SEED = 1;

/** A member with what its fit was asked for, for the record. */
export interface MemberToFit extends TrainingMember {
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/**
 * Fits members to one metric, twice each (before the backtest and on everything), in the form that a
 * stage hands on. A member that refuses is left out and named; it does not fail the others.
 */
export async function fitMetric(
  clock: Clock,
  members: readonly MemberToFit[],
  series: Series,
  pools: readonly PoolRef[] = [],
): Promise<FittedMetric> {
  const stopwatch = createStopwatch(clock);
  const plan = planBacktest(series.values.length, series.step);
  const { fitted, refused } = await fitMembers(
    members.map((member) => ({ ...member, forecaster: stopwatch.timed(member) })),
    { target: series },
    plan,
    { random: seededRandom(TRAINING_SEED) },
  );
  const parametersOf = (name: string) => members.find((member) => member.name === name)?.parameters;
  return {
    members: Object.fromEntries(
      fitted.map(({ name, early, final }) => [
        name,
        {
          early: early ? { ...early.toState() } : null,
          final: { ...final.toState() },
          fit_ms: stopwatch.spentMs(name),
          parameters: { ...parametersOf(name) },
        },
      ]),
    ),
    pools: [...pools],
    left_out: refused.map(({ name, reason }) => ({
      member: name,
      code: reason.code,
      message: reason.message,
    })),
  };
}

function createStopwatch(clock: Clock) {
  const spent = new Map<string, number>();
  return {
    timed: ({ name, forecaster }: MemberToFit): Forecaster => ({
      ...forecaster,
      async fit(history, options) {
        const started = clock.now();
        try {
          return await forecaster.fit(history, options);
        } finally {
          spent.set(name, (spent.get(name) ?? 0) + clock.now() - started);
        }
      },
    }),
    spentMs: (name: string) => spent.get(name) ?? 0,
  };
}
