import { beforeAll, describe, expect, it } from '@jest/globals';
import { listFits } from '#app/queries/fits.ts';
import { FitListSchema, FitQuerySchema } from '#contracts/http/fits.ts';
import { trackedMetric } from '#core/series/track.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { afterFirstTraining } from '#test/helpers/first-training.ts';
import { fitOf } from '#test/helpers/fits.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const WEB = 'default#shop#web#*';
const SIDECAR = 'default#shop#web#proxy';
const OTHER = 'eu#prod#api#*';

let services: MemoryServices;
beforeAll(async () => {
  services = memoryServices(at('2026-03-02T10:00:00Z'));
  for (const runId of ['run-1', 'run-2']) await services.runs.create(runId, 'request');
  const hourly = trackedMetric('cpu_utilization', 'hourly');
  await services.fits.add(fitOf(WEB, 'cpu_utilization', 'ridge'));
  await services.fits.add(fitOf(WEB, hourly, 'ridge'));
  await services.fits.add(fitOf(WEB, 'memory_utilization', 'ridge'));
  await services.fits.add(fitOf(SIDECAR, 'cpu_utilization', 'ridge'));
  await services.fits.add(fitOf(OTHER, 'cpu_utilization', 'ridge'));
});

/** The fits found, as `deployment/container metric`. */
async function find(query: Readonly<Record<string, string>> = {}, runId = 'run-1') {
  const answer = await listFits(services, runId, FitQuerySchema.parse(query));
  return FitListSchema.parse(answer).fits.map(
    ({ workload, metric }) => `${workload.deployment}/${workload.container} ${metric}`,
  );
}

describe('the fits of a run', () => {
  it('are all there are unless something is asked for', async () => {
    expect(await find()).toHaveLength(5);
    expect(await find({}, 'run-2')).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, number]>([
    ['a metric, on both of its grids', { metric: 'cpu_utilization' }, 4],
    ['an alias of a metric', { metric: 'memory' }, 1],
    ['another metric', { metric: 'request_rate' }, 0],
    ['a deployment, with its containers', { deployment: 'web' }, 4],
    ['the other word for it', { workload: 'api' }, 1],
    ['a container', { deployment: 'web', container: 'proxy' }, 1],
    ['the whole deployment', { deployment: 'web', container: '*' }, 3],
    ["the seeds' word for a container", { container_name: 'proxy' }, 1],
    ['a namespace', { namespace: 'prod' }, 1],
    ['a cluster', { cluster: 'default' }, 4],
    ['all of it', { deployment: 'web', container: '*', metric: 'cpu' }, 2],
  ])('are found by %s', async (_, query, count) => {
    expect(await find(query)).toHaveLength(count);
  });

  it('are not those of another workload or metric', async () => {
    expect(await find({ deployment: 'api' })).toEqual(['api/* cpu_utilization']);
    expect(await find({ metric: 'memory' })).toEqual(['web/* memory_utilization']);
  });

  it('are so many at most', async () => {
    expect(await find({ limit: '2' })).toHaveLength(2);
  });

  it.each(['run-9', '', 'a/b', 'x'.repeat(300)])('are not found for %j', async (runId) => {
    expect(await rejectionOf(find({}, runId))).toBe('NOT_FOUND');
  });

  it('cannot be of two deployments', async () => {
    const query = { deployment: 'web', workload: 'api' };
    expect(await rejectionOf(find(query))).toBe('REQUEST_INVALID');
  });

  it('are written by a training: one a member and blend, one of which serves', async () => {
    const trained = await afterFirstTraining();
    const [run] = await trained.runs.list(1);
    const { fits } = FitListSchema.parse(
      await listFits(trained, run?.run_id ?? '', FitQuerySchema.parse({ metric: 'cpu' })),
    );
    const onGrid = fits.filter(({ metric }) => metric === 'cpu_utilization');
    const version = await trained.registry.version(
      { workload: WEB, metric: 'cpu_utilization' },
      onGrid[0]?.version ?? '',
    );
    expect(onGrid.map(({ model }) => model).sort()).toEqual([...(version?.members ?? [])].sort());
    expect(onGrid.filter(({ serves }) => serves).map(({ model }) => model)).toEqual([
      version?.model,
    ]);
    for (const { artifact, mae, data_sha256 } of onGrid) {
      expect(artifact).toEqual({ key: version?.artifact_key, sha256: version?.sha256 });
      expect(mae).not.toBeNull();
      expect(data_sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
