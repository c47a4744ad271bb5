import {
  EngineeredDataSchema,
  type Evaluation,
  type FittedMetric,
  type GateComparison,
} from '#contracts/artifacts/stage-outputs.ts';
import { type StageName, StageNameSchema, type TrainRequest } from '#contracts/http/train.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { isDomainError } from '#core/errors.ts';
import type { BacktestResult, Candidate } from '#core/evaluate/backtest.ts';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import { compare } from '#core/evaluate/compare.ts';
import { type Calibration, calibrate, compactCalibration } from '#core/evaluate/conformal.ts';
import { type BacktestReport, reportOf } from '#core/evaluate/report.ts';
import type { PoolLookup } from '#core/forecast/forecaster.ts';
import { blendMembers } from '#core/forecast/line-up.ts';
import { restore } from '#core/forecast/registry.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import type { Series } from '#core/series/series.ts';
import { untracked } from '#core/series/track.ts';
import { evaluateLineUp } from '#core/training/evaluate-line-up.ts';
import { coverageRows } from '../serving/coverage-rows.ts';
import { loadBundle } from '../serving/load-bundle.ts';
import { modelOfBundle } from '../serving/model-of-bundle.ts';
import { createPoolLoader, type PoolLoader } from '../serving/pools.ts';
import { askedModel } from './asked-model.ts';
import { causeText } from './cause-text.ts';
import { chooseServed, SEASONAL_REFERENCES } from './choose-served.ts';
import { mergeBranches } from './merge-branches.ts';
import { metricsReport } from './metrics-report.ts';
import { fromStored, loadRequest, loadStage, runStage, saveReport, stagePrefix } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/** Name of the serving champion among the candidates of a backtest. */
const INCUMBENT = 'incumbent';

type Evaluated = Evaluation['metrics'][string];

/**
 * Scores every member, the blends and the serving champion on the same rolling-origin backtest, and
 * turns their own rolling errors into intervals with measured coverage. No engine is needed: the
 * members come fitted on what precedes the backtest and are moved forward by `update`.
 */
export function evaluate(deps: StageDeps, item: WorkloadItem): Promise<WorkloadItem> {
  return runStage(deps.runs, item, 'evaluate', async () => {
    const request = await loadRequest(deps.objects, item.run_id);
    const data = await loadStage(deps.artifacts, EngineeredDataSchema, item.features);
    const fitted = await mergeBranches(deps.artifacts, item);
    const pools = createPoolLoader(deps.artifacts);
    const metrics: Record<string, Evaluated> = {};
    for (const [metric, members] of Object.entries(fitted.metrics)) {
      const engineered = data.metrics[metric];
      if (!engineered) continue;
      const series = fromStored(engineered.observed ?? engineered.series);
      const incumbent = await findIncumbent(deps, pools, item, metric, series);
      const lookup = await pools(members.pools);
      metrics[metric] = await evaluateMetric(deps, {
        metric,
        series,
        members,
        pools: lookup,
        request,
        incumbent,
      });
    }
    const metricsKey = await saveReport(
      deps.objects,
      item,
      'metrics.json',
      metricsReport(data, metrics, deps.clock.now()),
    );
    const backtestRef = await deps.artifacts.save(stagePrefix(item, 'evaluate'), { metrics });
    const summary = Object.entries(metrics).map(([metric, { serves, report, gate }]) => [
      metric,
      { serves, origins: report.origins, gate },
    ]);
    return {
      item: { ...item, backtest: backtestRef },
      end: {
        ...failedBranches(item, Object.keys(metrics)),
        summary: { metrics: Object.fromEntries(summary), metrics_json: metricsKey },
      },
    };
  });
}

/** What branches that failed as a whole would have fitted: a member for each metric, or the detectors. */
function failedBranches(item: WorkloadItem, metrics: readonly string[]) {
  const failures = (item.branch_failures ?? []).map(({ branch, error, cause }) => ({
    branch: StageNameSchema.parse(branch),
    code: error,
    message: causeText(cause),
  }));
  return {
    failed: failures.map(({ branch }) => branch),
    leftOut: failures.flatMap(({ branch, code, message }) => {
      const member = BRANCH_MEMBERS[branch];
      const subjects = member ? metrics : [null];
      return subjects.map((metric) => ({ metric, member: member ?? 'detectors', code, message }));
    }),
  };
}

const BRANCH_MEMBERS: Readonly<Partial<Record<StageName, string>>> = {
  'fit-boosting': 'xgboost',
  'fit-recurrent': 'lstm',
};

/** The champion when the comparison began, and what takes part for it. */
interface Incumbent {
  readonly version: string;
  /** Undefined: it can no longer be read or fits no more, so anything that wins may replace it. */
  readonly candidate: Candidate | undefined;
}

interface MetricToEvaluate {
  readonly metric: string;
  readonly series: Series;
  readonly members: FittedMetric;
  readonly pools: PoolLookup;
  readonly request: TrainRequest;
  readonly incumbent: Incumbent | undefined;
}

async function evaluateMetric(
  deps: StageDeps,
  { metric, series, members, pools, request, incumbent }: MetricToEvaluate,
): Promise<Evaluated> {
  const measured = Object.entries(members.members).flatMap(([name, { early }]) =>
    early ? [{ name, early: restore(early, pools) }] : [],
  );
  const { result, blends } = await evaluateLineUp(
    {
      members: measured,
      blend: blendMembers(series.step),
      others: incumbent?.candidate ? [incumbent.candidate] : [],
    },
    { target: series },
    planBacktest(series.values.length, series.step),
    { bounds: metricDefinition(untracked(metric).metric) },
  );
  const names = [...measured.map(({ name }) => name), ...blends.keys()];
  const seasonal = SEASONAL_REFERENCES.find((name) => names.includes(name));
  const asked = askedModel(request).serves;
  const serves =
    asked !== null && names.includes(asked)
      ? asked
      : chooseServed(result, names, seasonal, deps.settings.minimumImprovement);
  return {
    serves,
    blends: Object.fromEntries(blends),
    report: withoutIncumbent(reportOf(result, seasonal ? { seasonalNaive: seasonal } : {})),
    calibrations: Object.fromEntries(
      names.map((name) => [name, compacted(calibrate(result, name, series))]),
    ),
    coverage: Object.fromEntries(names.map((name) => [name, coverageRows(result, name, series)])),
    gate: gateOf(result, serves, seasonal, incumbent?.candidate !== undefined),
    incumbent: incumbent?.version ?? null,
  };
}

function compacted(calibration: Calibration | null): Calibration | null {
  return calibration && compactCalibration(calibration);
}

/** A version is a function of its own data: what served at the time is not part of it. */
function withoutIncumbent(report: BacktestReport): BacktestReport {
  return { ...report, candidates: report.candidates.filter(({ name }) => name !== INCUMBENT) };
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
  pools: PoolLoader,
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
    const fitted = modelOfBundle(bundle, bundle.serves, await pools(bundle.pools));
    return { version: champion, candidate: { name: INCUMBENT, fitted } };
  } catch (error) {
    if (isDomainError(error, 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) return unusable;
    throw error;
  }
}
