import type * as z from 'zod';
import {
  EngineeredDataSchema,
  type Evaluation,
  FittedMembersSchema,
  type GateComparison,
} from '#contracts/artifacts/stage-outputs.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { isDomainError } from '#core/errors.ts';
import { type BacktestResult, backtest, type Candidate } from '#core/evaluate/backtest.ts';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import { compare } from '#core/evaluate/compare.ts';
import { type Calibration, calibrate } from '#core/evaluate/conformal.ts';
import { type BacktestReport, reportOf } from '#core/evaluate/report.ts';
import { BLEND_NAME, blend, lineUp } from '#core/forecast/line-up.ts';
import type { NamedForecaster } from '#core/forecast/median.ts';
import { restore } from '#core/forecast/registry.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import type { Series } from '#core/series/series.ts';
import { coverageRows } from '../serving/coverage-rows.ts';
import { loadBundle } from '../serving/load-bundle.ts';
import { chooseServed, SEASONAL_REFERENCES } from './choose-served.ts';
import { metricsReport } from './metrics-report.ts';
import { fromStored, loadStage, runStage, saveReport, stagePrefix } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/** Name of the serving champion among the candidates of a backtest. */
const INCUMBENT = 'incumbent';

type Evaluated = Evaluation['metrics'][string];
type FittedMetric = z.infer<typeof FittedMembersSchema>['metrics'][string];

/**
 * Scores every member, the blend and the serving champion on the same rolling-origin backtest, and
 * turns their own rolling errors into intervals with measured coverage.
 */
export function evaluate(deps: StageDeps, item: WorkloadItem): Promise<WorkloadItem> {
  return runStage(deps.runs, item, 'evaluate', async () => {
    const data = await loadStage(deps.artifacts, EngineeredDataSchema, item.features);
    const fitted = await loadStage(deps.artifacts, FittedMembersSchema, item.fitted);
    const metrics: Record<string, Evaluated> = {};
    const summary: Record<string, unknown> = {};
    for (const [metric, members] of Object.entries(fitted.metrics)) {
      const engineered = data.metrics[metric];
      if (!engineered) continue;
      const series = fromStored(engineered.series);
      const incumbent = await findIncumbent(deps, item, metric, series);
      const evaluated = await evaluateMetric(deps, metric, series, members, incumbent);
      metrics[metric] = evaluated;
      summary[metric] = {
        serves: evaluated.serves,
        origins: evaluated.report.origins,
        gate: evaluated.gate,
      };
    }
    const metricsKey = await saveReport(
      deps.objects,
      item,
      'metrics.json',
      metricsReport(data, metrics, deps.clock.now()),
    );
    const backtestRef = await deps.artifacts.save(stagePrefix(item, 'evaluate'), { metrics });
    return {
      item: { ...item, backtest: backtestRef },
      end: { summary: { metrics: summary, metrics_json: metricsKey } },
    };
  });
}

/** The champion when the comparison began, and what takes part for it. */
interface Incumbent {
  readonly version: string;
  /** Undefined: it can no longer be read or fits no more, so anything that wins may replace it. */
  readonly candidate: Candidate | undefined;
}

async function evaluateMetric(
  deps: StageDeps,
  metric: string,
  series: Series,
  { requested, states }: FittedMetric,
  incumbent: Incumbent | undefined,
): Promise<Evaluated> {
  const members = lineUp(series.step).filter(({ name }) => states[name] !== undefined);
  const hasBlend = states[BLEND_NAME] !== undefined;
  const own: NamedForecaster[] = hasBlend
    ? [...members, { name: BLEND_NAME, forecaster: blend(series.step) }]
    : members;
  const plan = planBacktest(series.values.length, series.step);
  const bounds = metricDefinition(metric);
  const candidates = incumbent?.candidate ? [...own, incumbent.candidate] : own;
  const result = await backtest(candidates, { target: series }, plan, { bounds });
  const names = own.map(({ name }) => name);
  const seasonal = SEASONAL_REFERENCES.find((name) => names.includes(name));
  const serves =
    requested ?? chooseServed(result, names, seasonal, deps.settings.minimumImprovement);
  return {
    serves,
    report: withoutIncumbent(reportOf(result, seasonal ? { seasonalNaive: seasonal } : {})),
    calibrations: Object.fromEntries(names.map((name) => [name, compact(calibrate(result, name))])),
    coverage: Object.fromEntries(names.map((name) => [name, coverageRows(result, name)])),
    gate: gateOf(result, serves, seasonal, incumbent?.candidate !== undefined),
    incumbent: incumbent?.version ?? null,
  };
}

/** A version is a function of its own data: what served at the time is not part of it. */
function withoutIncumbent(report: BacktestReport): BacktestReport {
  return { ...report, candidates: report.candidates.filter(({ name }) => name !== INCUMBENT) };
}

/** Five digits are more than an interval deserves, and a third of the space. */
function compact(calibration: Calibration | null): Calibration | null {
  if (!calibration) return null;
  const buckets = calibration.buckets.map((bucket) => ({
    ...bucket,
    errors: bucket.errors.map((error) => Number(error.toPrecision(5))),
  }));
  return { ...calibration, buckets };
}

function gateOf(
  result: BacktestResult,
  serves: string,
  seasonal: string | undefined,
  hasIncumbent: boolean,
): GateComparison[] {
  const against = (label: GateComparison['against'], name: string): GateComparison => {
    const { skill, cases } = compare(result, serves, name);
    return { against: label, skill, cases };
  };
  return [
    against('naive', 'naive'),
    ...(seasonal && seasonal !== serves ? [against('seasonal-naive', seasonal)] : []),
    ...(hasIncumbent ? [against('incumbent', INCUMBENT)] : []),
  ];
}

/** The champion that serves now, as it is. */
async function findIncumbent(
  deps: StageDeps,
  item: WorkloadItem,
  metric: string,
  series: Series,
): Promise<Incumbent | undefined> {
  const subject = { workload: item.workload, metric };
  const champion = (await deps.registry.pointer(subject))?.champion;
  if (!champion) return undefined;
  const unusable = { version: champion, candidate: undefined };
  try {
    const version = await deps.registry.version(subject, champion);
    const bundle = version && (await loadBundle(deps.artifacts, version));
    if (bundle?.step_ms !== series.step) return unusable;
    const fitted = restore(bundle.states[bundle.serves]);
    return { version: champion, candidate: { name: INCUMBENT, fitted } };
  } catch (error) {
    if (isDomainError(error, 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) return unusable;
    throw error;
  }
}
