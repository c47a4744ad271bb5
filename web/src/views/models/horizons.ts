import type { ModelDetail, ModelInfo } from '#contracts/http/catalog.ts';

/** What the backtest of a version says of one range of horizons. */
export interface HorizonRow {
  /** Steps ahead, both included. */
  readonly fromStep: number;
  readonly toStep: number;
  readonly cases: number;
  readonly mae: number | null;
  /** Mean absolute error of naive on the same forecasts. */
  readonly naiveMae: number | null;
  /** Error / that of naive: below 1 is better. */
  readonly relative: number | null;
  readonly skillVsNaive: number | null;
  readonly skillVsSeasonalNaive: number | null;
  readonly coverage: readonly HorizonCoverage[];
}

/** How often a band has held what came. */
export interface HorizonCoverage {
  readonly level: number;
  readonly coverage: number | null;
  readonly cases: number;
}

/** The backtest of the member that serves, by horizon. Empty where it was not scored. */
export function horizonRows({ model, backtest, coverage }: ModelDetail): readonly HorizonRow[] {
  const served = backtest.find(({ member }) => member === model);
  const naive = backtest.find(({ member }) => member === 'naive');
  return (served?.buckets ?? []).map((bucket) => {
    const isSame = (other: { readonly from_step: number; readonly to_step: number }) =>
      other.from_step === bucket.from_step && other.to_step === bucket.to_step;
    const naiveMae = naive?.buckets.find(isSame)?.mae ?? null;
    return {
      fromStep: bucket.from_step,
      toStep: bucket.to_step,
      cases: bucket.cases,
      mae: bucket.mae,
      naiveMae,
      relative: bucket.mae !== null && naiveMae ? bucket.mae / naiveMae : null,
      skillVsNaive: bucket.skill_vs_naive,
      skillVsSeasonalNaive: bucket.skill_vs_seasonal_naive,
      coverage: coverage
        .filter(isSame)
        .map(({ level, coverage: share, cases }) => ({ level, coverage: share, cases })),
    };
  });
}

/** Seconds from one step to the next of the series a version was trained on. */
export function stepSeconds({ training }: Pick<ModelInfo, 'training'>): number | undefined {
  const { from, to, steps } = training;
  // Both ends are steps.
  return steps > 1 ? (Date.parse(to) - Date.parse(from)) / 1_000 / (steps - 1) : undefined;
}

/**
 * A range of horizons as lengths of time.
 *
 * @example
 * ```ts
 * horizonText(2, 3, 300); // => '10–15 min'
 * horizonText(1, 1, 300); // => '5 min'
 * horizonText(73, 288, 300); // => '6.1–24 h'
 * horizonText(2, 3, undefined); // => '2–3 steps'
 * ```
 */
export function horizonText(fromStep: number, toStep: number, step: number | undefined): string {
  const [scale, unit] = step === undefined ? [1, 'steps'] : unitFor(toStep * step, step);
  const shown = (steps: number) => String(Number((steps * scale).toFixed(1)));
  const range = fromStep === toStep ? shown(toStep) : `${shown(fromStep)}–${shown(toStep)}`;
  return `${range} ${unit}`;
}

/** Steps × scale in a unit that suits the longest. */
function unitFor(longestSeconds: number, step: number): readonly [number, string] {
  if (longestSeconds < 120) return [step, 's'];
  if (longestSeconds <= 7_200) return [step / 60, 'min'];
  if (longestSeconds <= 48 * 3_600) return [step / 3_600, 'h'];
  return [step / 86_400, 'd'];
}

/** A workload's metric with its versions. */
export interface SubjectRow {
  readonly id: string;
  readonly newest: ModelInfo;
  readonly champion: ModelInfo | undefined;
  readonly versions: readonly ModelInfo[];
}

/** Versions by what they are of. They come newest first, and stay so. */
export function subjectsOf(models: readonly ModelInfo[]): readonly SubjectRow[] {
  const bySubject = new Map<string, [ModelInfo, ...ModelInfo[]]>();
  for (const model of models) {
    const { cluster, namespace, deployment, container } = model.workload;
    const id = [cluster, namespace, deployment, container, model.metric].join('~');
    const versions = bySubject.get(id);
    if (versions) versions.push(model);
    else bySubject.set(id, [model]);
  }
  return [...bySubject].map(([id, versions]) => ({
    id,
    newest: versions[0],
    champion: versions.find(({ stage }) => stage === 'champion'),
    versions,
  }));
}
