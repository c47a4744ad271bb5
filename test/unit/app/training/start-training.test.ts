import { describe, expect, it } from '@jest/globals';
import { finish } from '#app/training/finish.ts';
import { startTraining } from '#app/training/start-training.ts';
import { TrainResponseSchema } from '#contracts/http/train.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recordingExecutions } from '#test/helpers/recording-executions.ts';

const NOW = at('2026-03-02T10:00:00Z');
const WEB = 'default#shop#web#*';

function open() {
  const services = memoryServices(NOW);
  const executions = recordingExecutions();
  return { ...services, executions, newSuffix: () => 'abc' };
}

describe('a training that is asked for', () => {
  it('is recorded and started under one name', async () => {
    const deps = open();
    const answer = await startTraining(deps, 'request', { deployment: 'web', hours: 3 });
    expect(TrainResponseSchema.parse(answer)).toMatchObject({
      started: true,
      run: { run_id: '20260302T100000Z-abc', trigger: 'request', state: 'queued' },
    });
    expect(deps.executions.started).toEqual([
      {
        name: '20260302T100000Z-abc',
        input: { trigger: 'request', request: { deployment: 'web', hours: 3 } },
      },
    ]);
  });

  it('is started once, however often the same id is sent', async () => {
    const deps = open();
    await startTraining(deps, 'request', { run_id: 'mine' });
    const again = await startTraining(deps, 'request', { run_id: 'mine' });
    expect(again).toMatchObject({ started: false, run: { run_id: 'mine' } });
    expect(deps.executions.started.map(({ name }) => name)).toEqual(['mine']);
  });

  it('is started after a crash between the record and the execution', async () => {
    const deps = open();
    await deps.runs.create('mine', 'request');
    const answer = await startTraining(deps, 'request', { run_id: 'mine' });
    expect(answer.started).toBe(true);
    expect(deps.executions.started.map(({ name }) => name)).toEqual(['mine']);
  });

  it.each([
    [{ model: 'ses' }],
    [{ model_type: 'ensemble' }],
    [{ model: 'auto' }],
    [{ model: 'median' }],
  ])('may name a model: %j', async (request) => {
    expect(await rejectionOf(startTraining(open(), 'request', request))).toBeUndefined();
  });

  it.each<[object, string]>([
    [{ model: 'lightgbm' }, 'MODEL_UNKNOWN'],
    [{ model_type: 'constructor' }, 'MODEL_UNKNOWN'],
    [{ deployment: 'web', workload: 'api' }, 'REQUEST_INVALID'],
  ])('is refused before anything is written: %j', async (request, code) => {
    const deps = open();
    expect(await rejectionOf(startTraining(deps, 'request', request))).toBe(code);
    expect(await deps.runs.list(10)).toEqual([]);
    expect(deps.executions.started).toEqual([]);
  });
});

describe('finish', () => {
  it('closes a run that came to its end', async () => {
    const { runs, objects } = open();
    await runs.create('r1', 'request');
    expect(await finish({ runs, objects }, { run_id: 'r1' })).toMatchObject({
      state: 'succeeded',
      error: null,
    });
  });

  it.each([
    [
      "Lambda's own form",
      '{"errorType":"X","errorMessage":"the store is gone","trace":[]}',
      'the store is gone',
    ],
    ['any text', 'the store is gone', 'the store is gone'],
    ['other JSON', { a: 1 }, '{"a":1}'],
    ['nothing', undefined, '""'],
    ['too much', 'x'.repeat(900), 'x'.repeat(500)],
  ])('reads the cause of a failure from %s', async (_, cause, message) => {
    const { runs, objects } = open();
    await runs.create('r1', 'request');
    const input = { run_id: 'r1', error: 'States.Timeout', ...(cause ? { cause } : {}) };
    expect(await finish({ runs, objects }, input)).toMatchObject({
      state: 'failed',
      error: { code: 'States.Timeout', message },
    });
  });

  it('ends one workload and leaves the run open', async () => {
    const { runs, objects } = open();
    await runs.create('r1', 'request');
    await runs.stageStarted('r1', WEB, 'evaluate');
    const ended = await finish(
      { runs, objects },
      { run_id: 'r1', workload: WEB, error: 'E', cause: 'why' },
    );
    expect(ended).toEqual({ run_id: 'r1', workload: WEB });
    const { run, details } = await runs.detail('r1');
    expect(run).toMatchObject({ state: 'queued', failed: 1, finished_at: null });
    expect(details[0]?.error).toEqual({ code: 'E', message: 'why' });
  });

  it('of a workload that failed without a word says so', async () => {
    const { runs, objects } = open();
    await runs.create('r1', 'request');
    await finish({ runs, objects }, { run_id: 'r1', workload: WEB });
    expect((await runs.detail('r1')).details[0]?.error?.code).toBe('UNKNOWN');
  });
});
