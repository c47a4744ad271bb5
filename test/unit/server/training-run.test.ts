import { describe, expect, it } from '@jest/globals';
import type { RunDetail } from '#contracts/http/train.ts';
import { CPU } from '#test/helpers/first-training.ts';
import { memoryServices } from '#test/helpers/memory-services.ts';
import { runPipeline, taskHandlers } from '#test/helpers/run-pipeline.ts';
import {
  failing,
  fleet,
  keyOf,
  killEverywhere,
  NOW,
  names,
  RUN,
  tasksOver,
} from './training-fleet.ts';

const detailOf = ({ details }: RunDetail, deployment: string) =>
  details.find(({ workload }) => workload.deployment === deployment);

describe('a run over 50 workloads', () => {
  it('names what failed, refuses what is too short, retries what was throttled, and succeeds', async () => {
    const stores = await fleet(names(49), 'w05');
    const services = memoryServices(NOW, stores);
    const tasks = tasksOver(stores);
    const waits: number[] = [];
    const result = await runPipeline(services, {
      onSleep: (ms) => waits.push(ms),
      handlers: {
        ...tasks,
        // Lambda had no room twice; the third call goes through.
        engineer: failing(tasks.engineer, keyOf('w03'), 'Lambda.TooManyRequestsException', 2),
        'fit-statistical': failing(tasks['fit-statistical'], keyOf('w08'), 'OutOfMemory'),
        'fit-detectors': failing(tasks['fit-detectors'], CPU.workload, 'Sandbox.Timedout'),
      },
    });
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      output: { workloads: 50, trained: 48, refused: 1, failed: 1 },
    });
    // Half (the random number of the test) of 2 s, then of 4 s.
    expect(waits).toEqual([1_000, 2_000]);

    const detail = await services.runs.detail(RUN);
    expect(detailOf(detail, 'w03')).toMatchObject({ outcome: 'trained', error: null });
    expect(detailOf(detail, 'w05')).toMatchObject({
      outcome: 'refused',
      refusals: [{ metric: 'cpu_utilization', code: 'TOO_FEW_OBSERVATIONS' }],
    });
    expect(detailOf(detail, 'w08')).toMatchObject({
      outcome: 'failed',
      error: { code: 'OutOfMemory', message: 'OutOfMemory of the test' },
    });
    // The real one: a member of it failed, is named, and the workload is served all the same.
    const web = detailOf(detail, 'web');
    expect(web?.outcome).toBe('trained');
    expect(web?.left_out).toContainEqual({
      metric: null,
      member: 'detectors',
      code: 'Sandbox.Timedout',
      message: 'Sandbox.Timedout of the test',
    });
    expect((await services.registry.versions(CPU))[0]?.members).toContain('ses');
    // Ten workloads a batch.
    const results = await services.objects.list(`runs/${RUN}/results/`);
    expect(results.map((key) => key.split('/').at(-1))).toEqual([
      'SUCCEEDED_0.json',
      'manifest.json',
    ]);
    const batches = await services.objects.get(results[0] ?? '');
    const outputs = (JSON.parse(new TextDecoder().decode(batches)) as { Output: string }[]).map(
      ({ Output }) => (JSON.parse(Output) as { outcome: string }[]).map(({ outcome }) => outcome),
    );
    expect(outputs.map(({ length }) => length)).toEqual([10, 10, 10, 10, 10]);
    expect(
      outputs
        .flat()
        .filter((outcome) => outcome !== 'trained')
        .sort(),
    ).toEqual(['failed', 'refused']);
  });

  it('names a failure that could not be written when it happened, and loses nothing beside it', async () => {
    const stores = await fleet(names(24), '');
    const services = memoryServices(NOW, stores);
    const tasks = tasksOver(stores);
    const result = await runPipeline(services, {
      handlers: {
        ...tasks,
        engineer: failing(tasks.engineer, keyOf('w08'), 'OutOfMemory'),
        finish: failing(tasks.finish, keyOf('w08'), 'STORE_UNAVAILABLE'),
      },
    });
    // Batches of 10, 10 and 5: the failed one has 40 % of the workloads.
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { trained: 24, failed: 1 } });
    expect(detailOf(await services.runs.detail(RUN), 'w08')).toMatchObject({
      outcome: 'failed',
      error: { code: 'Unrecorded' },
    });
  });

  it('is closed as failed when the results of its map cannot be read', async () => {
    const services = memoryServices(NOW, await fleet([], ''));
    const { finish } = taskHandlers(services);
    const result = await runPipeline(services, {
      handlers: {
        'fit-statistical': async () => {
          throw new Error('not the point');
        },
        finish: async (payload, options) => {
          for (const key of await services.objects.list(`runs/${RUN}/results/`)) {
            await services.objects.delete(key);
          }
          return finish(payload, options);
        },
      },
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'RunFailed' });
    expect(await services.runs.get(RUN)).toMatchObject({
      state: 'failed',
      error: { code: 'STATE_INCOMPATIBLE' },
    });
  });
});

describe('a run that is killed between two states and goes on', () => {
  // Each sixth place of a kill here; `npm run test:slow` has all of them.
  it('ends as one that was spared, with no task done twice', async () => {
    // Plan and pools, the batch, some twenty states of the workload that trains, the end: in and out.
    expect(await killEverywhere(6)).toBeGreaterThan(60);
  }, 60_000);
});
