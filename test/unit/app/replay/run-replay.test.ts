import { describe, expect, it } from '@jest/globals';
import { runReplay } from '#app/replay/run-replay.ts';
import { getReplay, listReplays, startReplay } from '#app/replay/start-replay.ts';
import {
  ReplayListSchema,
  ReplayQuerySchema,
  ReplayReportSchema,
  type ReplayRequest,
} from '#contracts/http/replay.ts';
import { functionPlaceholder } from '#contracts/pipeline/definition.ts';
import { REPLAY_PIPELINE } from '#contracts/pipeline/replay-definition.ts';
import { addMs, DAY } from '#core/time.ts';
import { createHandler as createSimulate } from '#functions/simulate/handler.ts';
import { bindDefinition } from '#server/state-machine/bind-definition.ts';
import { runStateMachine } from '#server/state-machine/interpreter.ts';
import { lambdaTasks } from '#server/state-machine/tasks.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recordingExecutions } from '#test/helpers/recording-executions.ts';
import { recordingLogger } from '#test/helpers/recording-logger.ts';

const NOW = at('2026-03-05T00:00:00Z');

/** Four days of hours with a morning. */
const HISTORY = {
  start: '2026-03-01T00:00:00Z',
  step_seconds: 3_600,
  values: Array.from({ length: 100 }, (_, i) => (i % 24 >= 8 && i % 24 < 20 ? 90 : 20) + (i % 3)),
};
const ASKED: ReplayRequest = { history: HISTORY, start_up_seconds: 3_600, metric: 'request_rate' };

function setUp() {
  const services = memoryServices(NOW);
  const executions = recordingExecutions();
  const deps = { ...services, executions, newSuffix: () => 'abc' };
  return { services, executions, deps };
}

describe('a replay as a run', () => {
  it('is started, done, and answered with its report', async () => {
    const { services, executions, deps } = setUp();
    const { run, started } = await startReplay(deps, { ...ASKED, price_per_unit_hour: 2 });
    expect(started).toBe(true);
    expect(run).toMatchObject({ run_id: 'replay-20260305T000000Z-abc', state: 'queued' });
    expect(executions.started).toEqual([{ name: run.run_id, input: {} }]);
    expect((await getReplay(deps, run.run_id)).report).toBeNull();

    expect(await runReplay(services, { run_id: run.run_id })).toMatchObject({ state: 'succeeded' });
    const detail = await getReplay(deps, run.run_id);
    expect(detail.run).toMatchObject({ state: 'succeeded', finished_at: expect.any(String) });
    const report = ReplayReportSchema.parse(detail.report);
    expect(report).toMatchObject({
      workload: null,
      metric: 'request_rate',
      unit: 'per_second',
      simulated: false,
      from: '2026-03-01T00:00:00.000Z',
      // The second half of 100 hours.
      judged_from: '2026-03-03T02:00:00.000Z',
      to: '2026-03-05T04:00:00.000Z',
      settings: { start_up_seconds: 3_600, metric_lag_steps: 1, price_per_unit_hour: 2 },
    });
    for (const { cost, unit_hours } of report.policies) expect(cost).toBeCloseTo(2 * unit_hours, 9);
    expect(report.chart.demand).toHaveLength(50);
    expect(report.chart.ready.helios).toHaveLength(50);
    expect(report.verdict.sentence).toContain('under capacity against');
  });

  it('is started once under one id, and again where its execution was not', async () => {
    const { executions, deps } = setUp();
    const asked = { ...ASKED, run_id: 'mine' };
    expect(await startReplay(deps, asked)).toMatchObject({ started: true });
    executions.started.length = 0;
    expect(await startReplay(deps, asked)).toMatchObject({
      started: false,
      run: { run_id: 'replay-mine' },
    });
    expect(executions.started).toHaveLength(1);
  });

  it('ends with a reason where the data do not allow one', async () => {
    const { services, deps } = setUp();
    const history = { ...HISTORY, values: HISTORY.values.slice(0, 50) };
    const { run } = await startReplay(deps, { ...ASKED, history });
    await runReplay(services, { run_id: run.run_id });
    expect(await getReplay(deps, run.run_id)).toMatchObject({
      run: { state: 'refused', error: { code: 'HISTORY_TOO_SHORT' } },
      report: null,
    });
  });

  it('fails with the error of what was asked, once', async () => {
    const { services, deps } = setUp();
    const { run } = await startReplay(deps, { deployment: 'nobody' });
    await runReplay(services, { run_id: run.run_id });
    await runReplay(services, { run_id: run.run_id, error: 'States.Timeout', cause: 'late' });
    expect((await getReplay(deps, run.run_id)).run).toMatchObject({
      state: 'failed',
      error: { code: 'NOT_FOUND' },
    });
  });

  it('is listed with its workload, newest first', async () => {
    const { services, executions } = setUp();
    await feed(
      services,
      { request_rate: HISTORY.values.slice(0, 96) },
      { start: at('2026-03-01T00:00:00Z') },
    );
    const started = async (asked: ReplayRequest) => {
      const deps = { ...services, executions, newSuffix: () => 'abc' };
      const { run } = await startReplay(deps, asked);
      await runReplay(services, { run_id: run.run_id });
      return run.run_id;
    };
    const older = await started({ deployment: 'web', run_id: 'z' });
    services.clock.set(addMs(NOW, DAY));
    const newer = await started({ deployment: 'web', namespace: 'shop', run_id: 'a' });
    const listed = async (query: object) => {
      const { runs } = await listReplays(services, ReplayQuerySchema.parse(query));
      return ReplayListSchema.parse({ runs }).runs.map(({ run_id, workload }) => [
        run_id,
        workload?.namespace ?? null,
      ]);
    };
    // The first is about no workload that is known: there is no default/web.
    expect(await listed({})).toEqual([
      [newer, 'shop'],
      [older, null],
    ]);
    expect(await listed({ deployment: 'web' })).toEqual([[newer, 'shop']]);
    expect(await listed({ limit: '1' })).toEqual([[newer, 'shop']]);
    expect(await listed({ deployment: 'db' })).toEqual([]);
  });

  it.each(['replay-none', '../up', ''])('that is not there is not found: %j', async (id) => {
    await expect(getReplay(setUp().deps, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses bounds that cross', async () => {
    const asked = { ...ASKED, minimum_units: 3, maximum_units: 2 };
    await expect(startReplay(setUp().deps, asked)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });
});

describe('the state machine of a replay', () => {
  const runWith = (handler: (payload: unknown) => Promise<unknown>) =>
    runStateMachine({
      definition: bindDefinition(REPLAY_PIPELINE, {
        [functionPlaceholder('simulate')]: 'simulate',
      }),
      input: {},
      execution: { id: 'local:replay-mine', name: 'replay-mine', startTime: NOW },
      tasks: lambdaTasks({ simulate: handler }),
      readObject: async () => undefined,
      writeObject: async () => {},
      sleep: async () => {},
      random: () => 0,
      onEvent: () => {},
      signal: new AbortController().signal,
    });

  it('does the replay of the run that it is named after', async () => {
    const { services, deps } = setUp();
    await startReplay(deps, { ...ASKED, run_id: 'mine' });
    const simulate = createSimulate(services, recordingLogger());
    expect(await runWith((payload) => simulate(payload))).toMatchObject({ status: 'SUCCEEDED' });
    expect((await getReplay(deps, 'replay-mine')).run.state).toBe('succeeded');
  });

  it('records what ended its task', async () => {
    const { services, deps } = setUp();
    await startReplay(deps, { ...ASKED, run_id: 'mine' });
    const simulate = createSimulate(services, recordingLogger());
    let calls = 0;
    const result = await runWith(async (payload) => {
      calls++;
      if (calls === 1)
        throw Object.assign(new Error('out of memory'), { name: 'Runtime.ExitError' });
      return simulate(payload);
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'ReplayFailed' });
    expect((await getReplay(deps, 'replay-mine')).run).toMatchObject({
      state: 'failed',
      error: { code: 'Runtime.ExitError' },
    });
  });
});
