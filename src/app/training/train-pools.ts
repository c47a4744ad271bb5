import type { PoolInput } from '#contracts/tasks/items.ts';
import { isDomainError } from '#core/errors.ts';
import type { History, PooledForecaster } from '#core/forecast/forecaster.ts';
import { seededRandom } from '#core/math/random.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import { type Series, sliceSeries } from '#core/series/series.ts';
import {
  addMs,
  DAY,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  HOUR,
} from '#core/time.ts';
import type { PoolRegistry } from '../pool-registry.ts';
import { readFrame } from '../read-frame.ts';
import { readHourly } from '../read-hourly.ts';
import type { Workload } from '../workload-directory.ts';
import { TRAINING_SEED } from './fit-metric.ts';
import { loadRequest } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/** What a pool is trained with. */
export interface PoolOptions {
  /** As many steps as its members forecast. */
  readonly horizon: number;
  /** What grows its trees, where it is not the default. */
  readonly engine?: 'built-in' | 'xgboost' | undefined;
}

/** What training models shared by many workloads needs. */
export interface PoolDeps extends StageDeps {
  readonly pools: PoolRegistry;
  readonly pooled: (options: PoolOptions) => PooledForecaster;
}

/** Pools are trained again after this; the nightly run finds last night's due. */
const REFIT_AFTER = durationMs(20 * HOUR);
/** How far its members forecast: as far as a backtest asks. */
const DAY_OF_STEPS = 288;
const MONTH_OF_HOURS = 720;
/** Workloads a pool learns from at most: more add little and take longer. */
const MAX_WORKLOADS = 64;

/**
 * Trains the pools of a run before its workloads need them: one a grid, the hourly one from the hourly
 * tracks of finer grids too; each from the first half of the longest history, so that every workload
 * can judge it on the second half without anybody's future in it. A pool younger than a day is kept.
 *
 * A grid whose workloads together give too little has no pool yet; its members are then left out by
 * name.
 */
export async function trainPools(deps: PoolDeps, input: PoolInput): Promise<PoolInput> {
  const workloads = await deps.directory.list();
  const { parameters } = await loadRequest(deps.objects, input.run_id);
  const engine = parameters?.boosting?.engine;
  for (const [step, members] of byStep(workloads)) await refresh(deps, step, members, engine);
  return input;
}

/** The workloads that have series of a step, on their own grid or on the hourly track. */
function byStep(workloads: readonly Workload[]): ReadonlyMap<DurationMs, readonly Workload[]> {
  const steps = new Map<DurationMs, Workload[]>();
  for (const workload of workloads) {
    const { gridStep } = workload;
    for (const step of gridStep < HOUR ? [gridStep, HOUR] : [gridStep]) {
      const own = steps.get(step);
      if (own) own.push(workload);
      else steps.set(step, [workload]);
    }
  }
  return steps;
}

async function refresh(
  deps: PoolDeps,
  step: DurationMs,
  workloads: readonly Workload[],
  engine: PoolOptions['engine'],
): Promise<void> {
  const pooled = deps.pooled({ horizon: step < HOUR ? DAY_OF_STEPS : MONTH_OF_HOURS, engine });
  const { kind } = pooled;
  const now = deps.clock.now();
  const current = await deps.pools.current(kind, step);
  if (current && now - current.at < REFIT_AFTER) return;
  const chosen = longestFirst(workloads).slice(0, MAX_WORKLOADS);
  const oldest = chosen[0];
  if (!oldest) return;
  const { from, to } = windowOf(deps, oldest);
  const until = epochMs(from + (to - from) / 2);
  let series = 0;
  const histories = async function* (): AsyncGenerator<History> {
    for (const workload of chosen) {
      for (const target of await readUntil(deps, workload, step, until)) {
        series++;
        yield { target };
      }
    }
  };
  try {
    const pool = await pooled.fitPool(histories(), { random: seededRandom(TRAINING_SEED) });
    const artifact = await deps.artifacts.save(`models/pools/${kind}/${step}`, pool.toState());
    await deps.pools.publish({
      id: pool.id,
      artifact,
      kind,
      step_ms: step,
      at: now,
      trained_until: pool.trainedUntil,
      series,
      fit_ms: deps.clock.now() - now,
    });
  } catch (error) {
    if (!isDomainError(error, 'HISTORY_TOO_SHORT', 'FIT_DID_NOT_CONVERGE')) throw error;
  }
}

function longestFirst(workloads: readonly Workload[]): Workload[] {
  const length = ({ firstSeen, lastSeen }: Workload) => lastSeen - firstSeen;
  return [...workloads].sort((a, b) => length(b) - length(a) || (a.key < b.key ? -1 : 1));
}

function windowOf(deps: PoolDeps, workload: Workload) {
  const to = addMs(workload.lastSeen, workload.gridStep);
  const longest = addMs(to, DAY, -deps.settings.windowDays);
  return { from: epochMs(Math.max(workload.firstSeen, longest)), to };
}

/** The series of a workload up to a moment, cleaned as for training. */
async function readUntil(
  deps: PoolDeps,
  workload: Workload,
  step: DurationMs,
  until: EpochMs,
): Promise<readonly Series[]> {
  const { from } = windowOf(deps, workload);
  if (!(from < until)) return [];
  const frame = await readFrame(deps.observations, workload, { from, to: until });
  if (!frame) return [];
  const series =
    step === workload.gridStep
      ? frame.series
      : await readHourly(deps.observations, workload, frame, from);
  return [...series].map(([metric, each]) => {
    const clean = cleanSeries(each, metricDefinition(metric));
    const first = clean.values.findIndex((value) => !Number.isNaN(value));
    return sliceSeries(clean, Math.max(0, first), clean.values.length);
  });
}
