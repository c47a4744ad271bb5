import {
  EngineeredDataSchema,
  type EngineeredMetric,
  type FittedMetric,
} from '#contracts/artifacts/stage-outputs.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { isDomainError } from '#core/errors.ts';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import { rollingOrigin, trainingPart } from '#core/evaluate/rolling-origin.ts';
import type { History } from '#core/forecast/forecaster.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { untracked } from '#core/series/track.ts';
import { durationMs } from '#core/time.ts';
import { parseWorkloadKey, workloadPath } from '#core/workload.ts';
import type { RecurrentSlice, RecurrentTrainer } from '../ports/recurrent-trainer.ts';
import { askedModel } from './asked-model.ts';
import { endOfBranch } from './fit-branch.ts';
import { TRAINING_SEED } from './fit-metric.ts';
import { lstmParametersFor } from './lstm-parameters-for.ts';
import { type RecurrentJob, readJob, saveJob } from './recurrent-job.ts';
import { fromStored, loadInput, loadStage, runStage, stagePrefix } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

export interface RecurrentDeps extends StageDeps {
  readonly recurrent: RecurrentTrainer;
}

const MEMBER = 'lstm';
/** A training is saved this often: what a kill can cost. */
const SLICE_MS = 60_000;
/** Left for saving and for the other stores when a function's time runs out. */
const RESERVE_MS = 20_000;

/** Before the backtest, and on everything: as every member is fitted. */
const PHASES = ['early', 'final'] as const;

interface Job {
  readonly key: string;
  readonly history: History;
  readonly parameters: LstmParameters;
  readonly engine: EngineChoice;
}

type EngineChoice = Parameters<RecurrentTrainer['advance']>[2]['engine'];

/**
 * Trains the recurrent networks of a workload, when the run asks for them: nightly where that is
 * configured, and on request. A training is saved every minute and outlasts the function: when the
 * time runs out the item says `running`, and the next call goes on from the checkpoint, with the same
 * result as a training in one go.
 *
 * @param remainingMs - the time this call has left
 */
export async function fitRecurrent(
  deps: RecurrentDeps,
  item: WorkloadItem,
  remainingMs: () => number,
): Promise<WorkloadItem> {
  return runStage(deps.runs, item, 'fit-recurrent', async () => {
    const { request, trigger } = await loadInput(deps.objects, item.run_id);
    const isDefault = trigger === 'schedule' && deps.settings.recurrentNightly;
    const metrics: Record<string, FittedMetric> = {};
    if (!askedModel(request).includes(MEMBER, isDefault)) {
      return { item: { ...item, recurrent_state: 'done' }, end: endOfBranch(metrics) };
    }
    const data = await loadStage(deps.artifacts, EngineeredDataSchema, item.features);
    const options = request.parameters?.lstm;
    const engine = options && 'preset' in options ? options.engine : undefined;
    for (const [metric, engineered] of Object.entries(data.metrics)) {
      // Days and weeks ahead are not what these networks are for.
      if (untracked(metric).track === 'hourly') continue;
      const step = durationMs(engineered.series.step);
      const parameters = lstmParametersFor(step, options);
      const jobs = jobsOf(deps, item, metric, engineered, { parameters, engine });
      const ended: Partial<Record<(typeof PHASES)[number], RecurrentJob>> = {};
      for (const phase of PHASES) {
        const job = jobs[phase];
        if (!job) continue;
        const reached = await runJob(deps, job, remainingMs);
        if (reached.status === 'running') {
          const summary = { metrics: {}, under_way: metric };
          return { item: { ...item, recurrent_state: 'running' }, end: { summary } };
        }
        ended[phase] = reached;
      }
      metrics[metric] = fittedOf(ended, parameters);
    }
    const recurrent = await deps.artifacts.save(stagePrefix(item, 'fit-recurrent'), { metrics });
    return { item: { ...item, recurrent, recurrent_state: 'done' }, end: endOfBranch(metrics) };
  });
}

function jobsOf(
  deps: RecurrentDeps,
  item: WorkloadItem,
  metric: string,
  { series: stored }: EngineeredMetric,
  how: Pick<Job, 'parameters' | 'engine'>,
): { readonly early: Job | undefined; readonly final: Job } {
  const history: History = { target: fromStored(stored) };
  const { values, step } = history.target;
  const path = workloadPath(parseWorkloadKey(item.workload));
  const keyOf = (phase: string) => `checkpoints/${item.run_id}/${path}/${metric}/${phase}.json`;
  const needed = deps.recurrent.minHistory(how.parameters);
  const fold = rollingOrigin(values.length, planBacktest(values.length, step)).find(
    ({ origin }) => origin + 1 >= needed,
  );
  return {
    early: fold && { key: keyOf('early'), history: trainingPart(history, fold), ...how },
    final: { key: keyOf('final'), history, ...how },
  };
}

/** Goes on with a training until it has ended or the time is up. */
async function runJob(
  deps: RecurrentDeps,
  { key, history, parameters, engine }: Job,
  remainingMs: () => number,
): Promise<RecurrentJob> {
  let job = await readJob(deps.objects, key);
  while (job === undefined || job.status === 'running') {
    const started = deps.clock.now();
    const checkpoint = job?.checkpoint;
    const spent = () => (job?.spent_ms ?? 0) + deps.clock.now() - started;
    let next: RecurrentJob;
    try {
      const slice: RecurrentSlice = await deps.recurrent.advance(history, parameters, {
        seed: TRAINING_SEED,
        engine,
        ...(checkpoint === undefined ? {} : { checkpoint }),
        shouldStop: () => deps.clock.now() - started >= SLICE_MS || remainingMs() < RESERVE_MS,
      });
      next = slice.done
        ? { status: 'done', state: { ...slice.state }, spent_ms: spent() }
        : { status: 'running', checkpoint: slice.checkpoint, spent_ms: spent() };
    } catch (error) {
      if (isDomainError(error, 'STATE_INCOMPATIBLE') && checkpoint !== undefined) {
        // Of another backend or other data: what it has learned is worth nothing here.
        job = undefined;
        continue;
      }
      if (!isDomainError(error, 'HISTORY_TOO_SHORT', 'FIT_DID_NOT_CONVERGE')) throw error;
      next = { status: 'refused', code: error.code, message: error.message, spent_ms: spent() };
    }
    await saveJob(deps.objects, key, next);
    job = next;
    if (remainingMs() < RESERVE_MS + SLICE_MS) break;
  }
  return job;
}

function fittedOf(
  { early, final }: { readonly early?: RecurrentJob; readonly final?: RecurrentJob },
  parameters: LstmParameters,
): FittedMetric {
  if (final?.status !== 'done') {
    const { code, message } =
      final?.status === 'refused'
        ? final
        : { code: 'FIT_DID_NOT_CONVERGE', message: 'not trained' };
    return { members: {}, pools: [], left_out: [{ member: MEMBER, code, message }] };
  }
  return {
    members: {
      [MEMBER]: {
        early: early?.status === 'done' ? early.state : null,
        final: final.state,
        fit_ms: final.spent_ms + (early?.spent_ms ?? 0),
        parameters: { ...parameters },
      },
    },
    pools: [],
    left_out: [],
  };
}
