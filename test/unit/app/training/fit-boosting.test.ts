import { describe, expect, it } from '@jest/globals';
import { createPoolLoader } from '#app/serving/pools.ts';
import { fitBoosting } from '#app/training/fit-boosting.ts';
import { loadStage, saveRequest, toStored } from '#app/training/stage.ts';
import { FittedMembersSchema } from '#contracts/artifacts/stage-outputs.ts';
import type { TrainRequest } from '#contracts/http/train.ts';
import { restore } from '#core/forecast/registry.ts';
import { addMs, DAY, type DurationMs, epochMs, HOUR } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { seriesOf } from '#test/helpers/series-of.ts';
import { poolOfOneTree } from '#test/helpers/stand-in-pool.ts';

const NOW = at('2026-03-02T10:00:00Z');
const ITEM = { run_id: 'r1', workload: 'default#shop#web#*' } as const;
const CPU = 'cpu_utilization';
/** Sixty hours from the epoch on: the backtest begins after thirty of them. */
const VALUES = Array.from({ length: 60 }, (_, i) => (i % 2) * 2);

/** Publishes a pool for a step that knows everything up to so many hours after the epoch. */
async function publish(services: MemoryServices, step: DurationMs, knowsHours: number) {
  const trainedUntil = addMs(epochMs(0), HOUR, knowsHours);
  const state = poolOfOneTree(3, { trainedUntil });
  const artifact = await services.artifacts.save('models/pools/test', state);
  await services.pools.publish({
    id: state.id,
    artifact,
    kind: state.kind,
    step_ms: step,
    at: NOW,
    trained_until: trainedUntil,
    series: 2,
    fit_ms: 1,
  });
  return { id: state.id, artifact };
}

async function planned(
  request: TrainRequest = {},
  metrics: Readonly<Record<string, readonly number[]>> = { [CPU]: VALUES },
) {
  const services = memoryServices(NOW);
  await services.runs.create('r1', 'request');
  await saveRequest(services.objects, 'r1', { trigger: 'request', request });
  const engineered = Object.entries(metrics).map(([metric, values]) => [
    metric,
    { series: toStored(seriesOf(values)), data_sha256: 'a', seasons: [], detected: [] },
  ]);
  const features = await services.artifacts.save('test', {
    metrics: Object.fromEntries(engineered),
  });
  return { services, item: { ...ITEM, features } };
}

async function boosted({ services, item }: Awaited<ReturnType<typeof planned>>) {
  const { boosted: ref } = await fitBoosting(services, item);
  return (await loadStage(services.artifacts, FittedMembersSchema, ref)).metrics;
}

describe('a workload with a pool for its grid', () => {
  it('has a member that refers to the pool and does not hold it', async () => {
    const run = await planned();
    const ref = await publish(run.services, HOUR, 29);
    const { [CPU]: metric } = await boosted(run);
    expect(metric?.pools).toEqual([ref]);
    expect(metric?.left_out).toEqual([]);
    expect(metric?.members.xgboost?.final).toMatchObject({ kind: 'xgboost', pool: ref.id });
    expect(JSON.stringify(metric?.members)).not.toContain('trees');
  });

  it('forecasts from the end of its own history once the pool is loaded', async () => {
    const run = await planned();
    const ref = await publish(run.services, HOUR, 29);
    const { [CPU]: metric } = await boosted(run);
    const pools = await createPoolLoader(run.services.artifacts)([ref]);
    const fitted = restore(metric?.members.xgboost?.final, pools);
    expect(fitted.cutoff).toBe(59 * HOUR);
    // Ends at 2. A move over one step is 2, and a tenth of it is added: three scales of 2.2.
    expect(fitted.predict({ horizon: 1 }).point[0]).toBeCloseTo(2 + 3 * 2.2, 5);
  });

  it.each([
    // The first origin is hour 29, the last 58: nothing is left to score after 59.
    ['the first origin, when the pool knows nothing after it', 29, 29],
    ['the first that the pool does not know more than', 40, 40],
    ['the last', 58, 58],
  ])('is judged from %s', async (_, knowsHours, origin) => {
    const run = await planned();
    await publish(run.services, HOUR, knowsHours);
    const { [CPU]: metric } = await boosted(run);
    expect(metric?.members.xgboost?.early?.cutoff).toBe(origin * HOUR);
  });

  it('is not judged at all on what the pool has seen', async () => {
    const run = await planned();
    await publish(run.services, HOUR, 59);
    const { [CPU]: metric } = await boosted(run);
    expect(metric?.members.xgboost).toMatchObject({ early: null, final: { kind: 'xgboost' } });
  });

  it('is left out by name where its history is no use', async () => {
    const flat = new Array<number>(60).fill(Number.NaN);
    const run = await planned({}, { [CPU]: VALUES, request_rate: [...flat.slice(1), 1] });
    await publish(run.services, HOUR, 29);
    const metrics = await boosted(run);
    expect(metrics[CPU]?.left_out).toEqual([]);
    expect(metrics.request_rate?.left_out).toMatchObject([
      { member: 'xgboost', code: 'HISTORY_TOO_SHORT' },
    ]);
  });
});

describe('a workload without a pool for its grid', () => {
  it('is told so', async () => {
    const run = await planned();
    await publish(run.services, DAY, 29);
    const { [CPU]: metric } = await boosted(run);
    expect(metric).toMatchObject({
      members: {},
      pools: [],
      left_out: [{ member: 'xgboost', code: 'HISTORY_TOO_SHORT' }],
    });
    const [detail] = (await run.services.runs.detail('r1')).details;
    expect(detail?.left_out).toMatchObject([{ metric: CPU, member: 'xgboost' }]);
  });
});

describe('the request', () => {
  it.each<[TrainRequest, boolean]>([
    [{}, true],
    [{ model: 'auto' }, true],
    [{ model: 'xgboost' }, true],
    [{ model_type: 'xgboost' }, true],
    [{ model: 'ses' }, false],
    [{ model: 'fusion' }, false],
  ])('%j decides whether the branch has anything to do', async (request, isWanted) => {
    const run = await planned(request);
    await publish(run.services, HOUR, 29);
    expect(Object.keys(await boosted(run))).toEqual(isWanted ? [CPU] : []);
  });
});

it('does not apply a pool whose artifact was changed', async () => {
  const run = await planned();
  const { artifact } = await publish(run.services, HOUR, 29);
  await run.services.objects.put(artifact.key, new Uint8Array([1]));
  expect(await rejectionOf(fitBoosting(run.services, run.item))).toBe('ARTIFACT_CORRUPT');
});
