import { describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import { createRunLog } from '#app/run-log.ts';
import { RunDetailSchema } from '#contracts/http/train.ts';
import { addMs, DAY, type EpochMs, SECOND, toIso } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { at, settableClock } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-02T10:00:00Z');
const WEB = 'default#shop#web#*';
const API = 'default#shop#api#*';
const DB = 'default#shop#db#*';

function open(catalog: CatalogStore = createMemoryCatalogStore()) {
  const clock = settableClock(NOW);
  return { runs: createRunLog(catalog, clock), clock };
}

describe('a run', () => {
  it('is created once', async () => {
    const { runs } = open();
    expect(await runs.create('r1', 'request')).toBe(true);
    expect(await runs.create('r1', 'schedule')).toBe(false);
    expect(await runs.get('r1')).toEqual({
      run_id: 'r1',
      trigger: 'request',
      state: 'queued',
      created_at: toIso(NOW),
      finished_at: null,
      workloads: null,
      trained: 0,
      refused: 0,
      failed: 0,
      error: null,
    });
  });

  it('tells stage by stage what happened', async () => {
    const { runs, clock } = open();
    await runs.create('r1', 'request');
    await runs.planned('r1', 1);
    await runs.stageStarted('r1', WEB, 'validate');
    clock.set(addMs(NOW, SECOND, 2));
    await runs.stageEnded('r1', WEB, 'validate', { summary: { rows: 3 }, outcome: 'running' });
    await runs.stageStarted('r1', WEB, 'engineer');
    const { run, details } = RunDetailSchema.parse(await runs.detail('r1'));
    expect(run).toMatchObject({ state: 'running', workloads: 1, trained: 0 });
    expect(details).toEqual([
      {
        workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
        outcome: 'running',
        refusals: [],
        left_out: [],
        error: null,
        stages: [
          {
            name: 'validate',
            state: 'succeeded',
            started_at: '2026-03-02T10:00:00.000Z',
            finished_at: '2026-03-02T10:00:02.000Z',
            summary: { rows: 3 },
          },
          {
            name: 'engineer',
            state: 'running',
            started_at: '2026-03-02T10:00:02.000Z',
            finished_at: null,
            summary: {},
          },
        ],
      },
    ]);
  });

  it('counts the outcomes while it runs and when it ends', async () => {
    const { runs, clock } = open();
    await runs.create('r1', 'schedule');
    await runs.planned('r1', 3);
    await runs.stageStarted('r1', WEB, 'register');
    await runs.stageEnded('r1', WEB, 'register', { summary: {}, outcome: 'trained' });
    await runs.stageStarted('r1', API, 'validate');
    await runs.stageEnded('r1', API, 'validate', { summary: {}, outcome: 'refused' });
    await runs.stageStarted('r1', DB, 'evaluate');
    expect((await runs.detail('r1')).run).toMatchObject({ trained: 1, refused: 1, failed: 0 });
    await runs.workloadFailed('r1', DB, { code: 'THROTTLED', message: 'too fast' });
    clock.set(addMs(NOW, SECOND, 9));
    expect(await runs.finished('r1', null)).toMatchObject({
      state: 'succeeded',
      trained: 1,
      refused: 1,
      failed: 1,
      finished_at: '2026-03-02T10:00:09.000Z',
    });
    const failed = (await runs.detail('r1')).details.find(({ outcome }) => outcome === 'failed');
    expect(failed).toMatchObject({
      error: { code: 'THROTTLED', message: 'too fast' },
      stages: [{ name: 'evaluate', state: 'failed', finished_at: '2026-03-02T10:00:00.000Z' }],
    });
  });

  it('that failed as a whole says why, and keeps the time it first ended', async () => {
    const { runs, clock } = open();
    await runs.create('r1', 'request');
    const error = { code: 'States.Timeout', message: 'took too long' };
    await runs.finished('r1', error);
    clock.set(addMs(NOW, SECOND, 60));
    expect(await runs.finished('r1', error)).toMatchObject({
      state: 'failed',
      error,
      finished_at: toIso(NOW),
    });
  });

  it('has failed when every workload of it has', async () => {
    const { runs } = open();
    await runs.create('r1', 'request');
    await runs.workloadFailed('r1', WEB, { code: 'X', message: 'x' });
    expect(await runs.finished('r1', null)).toMatchObject({ state: 'failed', failed: 1 });
  });

  it('repeats a stage without listing it twice, and forgets the failure before', async () => {
    const { runs } = open();
    await runs.create('r1', 'request');
    await runs.stageStarted('r1', WEB, 'validate');
    await runs.workloadFailed('r1', WEB, { code: 'X', message: 'x' });
    await runs.stageStarted('r1', WEB, 'validate');
    const [detail] = (await runs.detail('r1')).details;
    expect(detail).toMatchObject({ outcome: 'running', error: null });
    expect(detail?.stages.map(({ name, state }) => [name, state])).toEqual([
      ['validate', 'running'],
    ]);
  });

  it('that nobody knows is not found', async () => {
    const { runs } = open();
    expect(await runs.get('nope')).toBeUndefined();
    expect(await rejectionOf(runs.detail('nope'))).toBe('NOT_FOUND');
    expect(await rejectionOf(runs.planned('nope', 1))).toBe('NOT_FOUND');
    expect(await rejectionOf(runs.finished('nope', null))).toBe('NOT_FOUND');
  });
});

it('lists runs newest first, those of one moment by their ids', async () => {
  const { runs, clock } = open();
  for (const [second, id] of [
    [0, 'a'],
    [5, 'b'],
    [5, 'c'],
    [9, 'd'],
  ] as const) {
    clock.set(addMs(NOW, SECOND, second));
    await runs.create(id, 'request');
  }
  expect((await runs.list(10)).map(({ run_id }) => run_id)).toEqual(['d', 'c', 'b', 'a']);
  expect((await runs.list(2)).map(({ run_id }) => run_id)).toEqual(['d', 'c']);
});

it('lets every record live for 90 days after its last change', async () => {
  const catalog = createMemoryCatalogStore();
  const expiries = new Map<string, EpochMs | undefined>();
  const { runs, clock } = open({
    ...catalog,
    put: (key, data, options) => {
      expiries.set(`${key.partition}/${key.id}`, options?.expiresAt);
      return catalog.put(key, data, options);
    },
  });
  await runs.create('r1', 'request');
  await runs.stageStarted('r1', WEB, 'validate');
  clock.set(addMs(NOW, DAY));
  await runs.stageEnded('r1', WEB, 'validate', { summary: {} });
  await runs.finished('r1', null);
  const expected = addMs(NOW, DAY, 91);
  expect([...expiries]).toEqual([
    ['runs/r1', expected],
    [`run#r1/${WEB}`, expected],
  ]);
});
