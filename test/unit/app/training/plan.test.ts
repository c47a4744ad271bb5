import { describe, expect, it } from '@jest/globals';
import { plan } from '#app/training/plan.ts';
import { newRunId } from '#app/training/run-id.ts';
import { loadRequest } from '#app/training/stage.ts';
import type { TrainRequest } from '#contracts/http/train.ts';
import { addMs, DAY, HOUR } from '#core/time.ts';
import { dailyShape, feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T00:00:00Z');
/** 31 hours of history: just enough to be due. */
const STEPS = 31;

/** web in shop and in prod, and api in shop: all with enough history. */
async function threeWorkloads(): Promise<MemoryServices> {
  const services = memoryServices(addMs(START, HOUR, STEPS));
  const values = dailyShape(STEPS);
  for (const name of ['shop/web', 'shop/api', 'prod/web']) {
    const [namespace = '', deployment = ''] = name.split('/');
    await feed(services, { cpu: values }, { start: START, namespace, deployment });
  }
  return services;
}

async function planned(
  services: MemoryServices,
  trigger: 'request' | 'schedule' | 'due' | 'drift',
  request: TrainRequest = {},
) {
  const input = { run_id: 'r1', request: { trigger, request } };
  const output = await plan(services, input);
  const bytes = await services.objects.get(output.manifest_key);
  const manifest: { readonly workload: string }[] = JSON.parse(new TextDecoder().decode(bytes));
  expect(output).toEqual({
    run_id: 'r1',
    manifest_key: 'runs/r1/manifest.json',
    workloads: manifest.length,
  });
  return manifest.map(({ workload }) => workload);
}

const WEB = 'default#shop#web#*';
const API = 'default#shop#api#*';
const PROD = 'default#prod#web#*';

describe('a run', () => {
  it.each<[string, TrainRequest, readonly string[]]>([
    ['everything', {}, [PROD, API, WEB]],
    ['a namespace', { namespace: 'shop' }, [API, WEB]],
    ['a deployment of a namespace', { namespace: 'shop', deployment: 'web' }, [WEB]],
    ["the seeds' words", { namespace: 'prod', workload: 'web', container_name: '*' }, [PROD]],
  ])('asked for trains %s', async (_, request, expected) => {
    expect(await planned(await threeWorkloads(), 'request', request)).toEqual(expected);
  });

  it.each<[string, TrainRequest]>([
    ['a cluster', { cluster: 'eu' }],
    ['a deployment in the default namespace', { deployment: 'web' }],
    ['a container that nobody has', { namespace: 'shop', container: 'app' }],
    ['a container of a deployment', { namespace: 'shop', deployment: 'web', container: 'app' }],
    ['nobody', { namespace: 'shop', deployment: 'nope' }],
  ])('asked for %s that is not there says who is', async (_, request) => {
    await expect(planned(await threeWorkloads(), 'request', request)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      details: { known: [PROD, API, WEB] },
    });
  });

  it('by the nightly schedule takes up what falls due before the next night', async () => {
    const services = await threeWorkloads();
    const now = services.clock.now();
    // 21 hours ago: more than the 20 of the night, less than the day that others wait.
    const attempt = { at: now - 21 * HOUR, from: START, to: now - 25 * HOUR };
    for (const key of [WEB, API, PROD]) {
      await services.attempts.record(key, { ...attempt, from: attempt.to - DAY });
    }
    expect(await planned(services, 'due')).toEqual([]);
    expect(await planned(services, 'schedule')).toEqual([PROD, API, WEB]);
  });

  it.each(['schedule', 'due'] as const)('by %s trains what is due', async (trigger) => {
    const services = await threeWorkloads();
    const now = services.clock.now();
    // Trained an hour ago on all there was, and trained two days ago with news since.
    await services.attempts.record(WEB, { at: now - HOUR, from: START, to: now });
    await services.attempts.record(API, { at: now - 2 * DAY, from: START, to: now - 2 * HOUR });
    expect(await planned(services, trigger)).toEqual([PROD, API]);
    expect(await planned(services, trigger, { namespace: 'shop' })).toEqual([API]);
  });

  it('by drift trains what it names although it is not due', async () => {
    const services = await threeWorkloads();
    const now = services.clock.now();
    await services.attempts.record(WEB, { at: now - HOUR, from: START, to: now });
    const request = { namespace: 'shop', deployment: 'web' };
    expect(await planned(services, 'due', request)).toEqual([]);
    expect(await planned(services, 'drift', request)).toEqual([WEB]);
    expect(await planned(services, 'drift', { deployment: 'nope' })).toEqual([]);
  });

  it('is written down with its request, for the stages and for people', async () => {
    const services = await threeWorkloads();
    await planned(services, 'request', { namespace: 'shop', hours: 5 });
    expect(await loadRequest(services.objects, 'r1')).toEqual({ namespace: 'shop', hours: 5 });
    expect(await services.runs.get('r1')).toMatchObject({
      trigger: 'request',
      state: 'running',
      workloads: 2,
    });
  });

  it('keeps the trigger of the run that is known already', async () => {
    const services = await threeWorkloads();
    await services.runs.create('r1', 'schedule');
    await planned(services, 'due');
    expect((await services.runs.get('r1'))?.trigger).toBe('schedule');
  });

  it('that was never planned has no request', async () => {
    const asked = loadRequest(memoryServices(START).objects, 'nope');
    await expect(asked).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });
});

it('gives runs ids that sort by time', () => {
  expect(newRunId(at('2026-03-02T09:05:07.250Z'), 'ab12')).toBe('20260302T090507Z-ab12');
});
