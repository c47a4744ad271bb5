import { autoOf } from '#core/forecast/auto.ts';
import type { FitOptions, Forecaster, History } from '#core/forecast/forecaster.ts';
import { fusionOf } from '#core/forecast/fusion.ts';
import { blend, lineUp } from '#core/forecast/line-up.ts';
import { medianBlend, type NamedFitted } from '#core/forecast/median.ts';
import { naive } from '#core/forecast/naive.ts';
import { profileAr } from '#core/forecast/profile-ar.ts';
import { ses } from '#core/forecast/ses.ts';
import { DEFAULT_STEP, HOUR } from '#core/time.ts';
import { describeForecaster } from './forecaster-contract.ts';

/** Have a file of their own beside this one, with more variants. */
const ELSEWHERE = new Set(['seasonal-theta', 'ets', 'mstl', 'arima']);

const SHORT = new Set<string>(['naive', 'day-naive', 'profile-ar', 'ses', 'ridge']);

const DIVIDES = {
  'level shift': 'a member divides by its season, which is a share of the level',
};

for (const { name, forecaster } of lineUp(HOUR).filter(({ name }) => !ELSEWHERE.has(name))) {
  describeForecaster({ name, create: () => forecaster });
}
describeForecaster({ name: 'the median', create: () => blend(HOUR), excuses: DIVIDES });
describeForecaster({
  name: 'the median on five-minute steps',
  create: () => medianBlend(lineUp(DEFAULT_STEP).filter(({ name }) => SHORT.has(name))),
  step: DEFAULT_STEP,
});
describeForecaster({
  name: 'auto',
  create: () =>
    blendOf('auto', (members) =>
      autoOf(members, [
        { fromStep: 1, toStep: 3, combine: 'naive', weights: [0, 0.25, 0.75] },
        { fromStep: 4, toStep: 12, combine: 'median', weights: [0, 0, null] },
        { fromStep: 13, toStep: 30, combine: 'half', weights: [null, 0.25, 0.75] },
      ]),
    ),
});
describeForecaster({
  name: 'fusion',
  create: () =>
    blendOf('fusion', (members) =>
      fusionOf(members.map((member, i) => ({ ...member, weight: [0.25, 0.25, 0.5][i] ?? 0 }))),
    ),
});

/** A blend whose rules are given, as a forecaster: fitting it is fitting its members. */
function blendOf(
  kind: string,
  combine: (members: readonly NamedFitted[]) => Awaited<ReturnType<Forecaster['fit']>>,
): Forecaster {
  const members: Readonly<Record<string, Forecaster>> = {
    naive: naive(),
    ses: ses(),
    'profile-ar': profileAr({ seasonLength: 24 }),
  };
  return {
    kind,
    capabilities: { quantiles: false, missingValues: true, minHistory: 48 },
    async fit(history: History, options?: FitOptions) {
      const fitted: NamedFitted[] = [];
      for (const [name, forecaster] of Object.entries(members)) {
        fitted.push({ name, fitted: await forecaster.fit(history, options) });
      }
      return combine(fitted);
    },
  };
}
