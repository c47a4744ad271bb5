import type { PricingConfig } from '#contracts/config/pricing.ts';
import type { ScalingConfig } from '#contracts/config/scaling.ts';
import type { ReplayRequest, ReplayRun } from '#contracts/http/replay.ts';
import type { ReplayTaskInput } from '#contracts/tasks/replay.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { replay } from '#core/replay/replay.ts';
import { DEFAULT_REPLAY, type ReplaySettings } from '#core/replay/settings.ts';
import { type Clock, durationMs, SECOND } from '#core/time.ts';
import { priceFor } from '../cost/price-for.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import { type ConfiguredScaling, scalingFor } from '../scaling-config.ts';
import { causeText } from '../training/cause-text.ts';
import type { WorkloadDirectory } from '../workload-directory.ts';
import { type DemandSource, readDemand } from './read-demand.ts';
import type { ReplayLog } from './replay-log.ts';
import { reportOf } from './report-of.ts';
import { loadReplayRequest, reportKey } from './start-replay.ts';

export interface RunReplayDeps {
  readonly observations: ObservationStore;
  readonly directory: WorkloadDirectory;
  readonly objects: ObjectStore;
  readonly replays: ReplayLog;
  readonly scaling: ScalingConfig;
  readonly pricing: PricingConfig;
  readonly clock: Clock;
}

/**
 * Does the replay of a run and writes its report, or records that its execution failed. What the data
 * do not allow, and what was asked wrongly, ends the run with its reason and is no failure of the task.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE`, `THROTTLED`, `DEADLINE_EXCEEDED`: worth another try
 */
export async function runReplay(
  deps: RunReplayDeps,
  { run_id: runId, error, cause }: ReplayTaskInput,
): Promise<{ readonly run_id: string; readonly state: ReplayRun['state'] }> {
  if (error !== undefined) {
    const reason = { code: error.slice(0, 100), message: causeText(cause) };
    await deps.replays.closed(runId, 'failed', reason);
    return { run_id: runId, state: 'failed' };
  }
  await deps.replays.running(runId);
  try {
    const request = await loadReplayRequest(deps.objects, runId);
    return { run_id: runId, state: await answer(deps, runId, request) };
  } catch (failure) {
    if (!isDomainError(failure) || failure.retryable) throw failure;
    const { code, message, details } = failure;
    await deps.replays.closed(runId, 'failed', { code, message, details: { ...details } });
    return { run_id: runId, state: 'failed' };
  }
}

async function answer(
  deps: RunReplayDeps,
  runId: string,
  request: ReplayRequest,
): Promise<ReplayRun['state']> {
  const scalingOf = ({ id }: { readonly id: Parameters<typeof scalingFor>[1] }) =>
    scalingFor(deps.scaling, id);
  const source = await readDemand({ ...deps, now: () => deps.clock.now(), scalingOf }, request);
  if (source.workload) await deps.replays.about(runId, source.workload.id);
  const configured = source.workload ? scalingOf(source.workload) : {};
  const settings = settingsOf(request, configured, source);
  const result = await replay(source.series, settings);
  if (result.decision === 'refused') {
    const { code, message, details } = result.because;
    const reason = { code, message, ...(details ? { details: { ...details } } : {}) };
    await deps.replays.closed(runId, 'refused', reason);
    return 'refused';
  }
  const report = reportOf(result, source, settings, priceOf(deps, request, configured, source));
  await deps.objects.put(reportKey(runId), new TextEncoder().encode(JSON.stringify(report)));
  await deps.replays.closed(runId, 'succeeded', null);
  return 'succeeded';
}

/** What the request says, then what is configured, then the defaults. */
function settingsOf(
  request: ReplayRequest,
  configured: ConfiguredScaling,
  { capacityPerUnit }: DemandSource,
): ReplaySettings {
  const capacity = request.capacity_per_unit ?? capacityPerUnit;
  const startUp = request.start_up_seconds ?? configured.lead_time_seconds;
  const maximumUnits =
    request.maximum_units ?? configured.maximum_replicas ?? DEFAULT_REPLAY.maximumUnits;
  const minimumUnits =
    request.minimum_units ?? configured.minimum_replicas ?? DEFAULT_REPLAY.minimumUnits;
  if (minimumUnits > maximumUnits) {
    const message = `minimum_units ${minimumUnits} is above maximum_units ${maximumUnits}`;
    throw new DomainError('REQUEST_INVALID', message, { minimumUnits, maximumUnits });
  }
  return {
    ...(capacity === undefined ? {} : { capacityPerUnit: capacity }),
    targetUtilization:
      request.target_utilization ??
      configured.target_utilization ??
      DEFAULT_REPLAY.targetUtilization,
    startUp: startUp === undefined ? DEFAULT_REPLAY.startUp : durationMs(startUp * SECOND),
    metricLagSteps: request.metric_lag_steps ?? DEFAULT_REPLAY.metricLagSteps,
    sloUtilization: request.slo_utilization ?? DEFAULT_REPLAY.sloUtilization,
    minimumUnits,
    maximumUnits,
  };
}

function priceOf(
  { pricing }: RunReplayDeps,
  request: ReplayRequest,
  configured: ConfiguredScaling,
  { workload }: DemandSource,
): number | null {
  if (request.price_per_unit_hour !== undefined) return request.price_per_unit_hour;
  if (!workload) return null;
  return priceFor(pricing, workload.id, configured.price_per_replica_hour)?.perHour ?? null;
}
