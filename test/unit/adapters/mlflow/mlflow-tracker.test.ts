import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMlflowApi } from '#adapters/mlflow/mlflow-api.ts';
import { createMlflowTracker } from '#adapters/mlflow/mlflow-tracker.ts';
import type { Fit } from '#contracts/http/fits.ts';
import {
  type RecordedServer,
  RecordingSchema,
  startRecordedServer,
} from '#test/helpers/recorded-server.ts';

const LSTM: Fit = {
  id: 'default#sample#webshop#*#cpu_utilization#lstm',
  run_id: 'run-1',
  workload: { cluster: 'default', namespace: 'sample', deployment: 'webshop', container: '*' },
  metric: 'cpu_utilization',
  model: 'lstm',
  parameters: { epochs: 50, preset: 'mora', layers: [{ units: 64 }] },
  data_sha256: 'd'.repeat(64),
  steps: 8_064,
  fit_ms: 1_500.4,
  finished_at: '2026-01-01T00:00:10.000Z',
  mae: 0.02,
  skill_vs_naive: 0.25,
  cases: 1_200,
  horizons: [
    { from_step: 1, to_step: 1, mae: 0.01, rmse: 0.015, r2: 0.9, skill_vs_naive: 0.1, cases: 90 },
    { from_step: 2, to_step: 3, mae: 0.03, rmse: 0.04, r2: null, skill_vs_naive: null, cases: 180 },
  ],
  serves: true,
  version: 'abc123',
  artifact: {
    key: 'models/default/sample/webshop/cpu_utilization/f.json',
    sha256: 'f'.repeat(64),
  },
};

/** A reference that is not fitted, so that nothing was timed. */
const NAIVE: Fit = {
  ...LSTM,
  id: 'default#sample#webshop#*#cpu_utilization#naive',
  model: 'naive',
  parameters: {},
  fit_ms: null,
  mae: 0.04,
  skill_vs_naive: 0,
  horizons: [],
  serves: false,
};

let server: RecordedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Records `fits` in a server that follows the recording; says what they did to each other. */
async function record(name: string, fits: readonly Fit[]) {
  const file = new URL(`../../../fixtures/mlflow/${name}.json`, import.meta.url);
  const { exchanges } = RecordingSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  server = await startRecordedServer(exchanges);
  const slept: number[] = [];
  const api = createMlflowApi({
    trackingUri: server.url,
    fetch,
    sleep: async (ms) => {
      slept.push(ms);
    },
  });
  const outcome = await createMlflowTracker(api)
    .record(fits)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return { outcome, slept, deviations: server.deviations() };
}

const AS_RECORDED = { outcome: undefined, slept: [], deviations: [] };

describe('recording fits in MLflow', () => {
  it('makes the experiment of a metric once, and a run a fit with all that is known of it', async () => {
    expect(await record('first-fits', [LSTM, NAIVE])).toEqual(AS_RECORDED);
  });

  it('leaves a fit alone that was recorded already', async () => {
    expect(await record('repeated', [LSTM])).toEqual(AS_RECORDED);
  });

  it('completes a run that an interruption has left open', async () => {
    expect(await record('interrupted', [LSTM])).toEqual(AS_RECORDED);
  });

  it('uses the experiment that another training made in between', async () => {
    expect(await record('created-by-another', [LSTM])).toEqual(AS_RECORDED);
  });

  it('tries again while the server starts or is busy', async () => {
    expect(await record('starting-up', [LSTM])).toEqual({ ...AS_RECORDED, slept: [250, 500] });
  });

  it('makes no second run when only the answer to the first was lost', async () => {
    expect(await record('lost-answer', [LSTM])).toEqual({ ...AS_RECORDED, slept: [250] });
  });

  it('says what the server has refused, by its own code', async () => {
    const { outcome, deviations } = await record('refused', [LSTM, NAIVE]);
    expect(outcome).toMatchObject({
      code: 'TRACKER_UNAVAILABLE',
      message:
        'the tracking server refused the runs: Changing param values is not allowed. (INVALID_PARAMETER_VALUE)',
      details: { code: 'INVALID_PARAMETER_VALUE' },
    });
    expect(deviations).toEqual([]);
  });

  it('keeps the values of parameters within what MLflow stores', async () => {
    const sent: string[] = [];
    const api = createMlflowApi({
      trackingUri: 'http://mlflow.test',
      sleep: async () => {},
      fetch: async (url, init) => {
        sent.push(String(init?.body));
        const known = String(url).includes('get-by-name')
          ? { experiment: { experiment_id: '7' } }
          : { runs: [{ info: { run_id: 'r', status: 'RUNNING' } }] };
        return Response.json(known);
      },
    });
    await createMlflowTracker(api).record([{ ...LSTM, parameters: { text: 'x'.repeat(900) } }]);
    const values = sent.flatMap((body) => body.match(/x{2,}/g) ?? []);
    expect(values).toEqual(['x'.repeat(500)]);
  });
});
