import { describe, expect, it } from '@jest/globals';
import { emfPredictions } from '#adapters/lambda/emf-predictions.ts';
import type { ResultSample } from '#app/ports/result-writer.ts';
import { score } from '#app/scheduled/score.ts';
import { createWriteBack } from '#app/write-back/write-back.ts';
import { WriteBackConfigSchema } from '#contracts/config/write-back.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, HOUR } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { afterFirstTraining, CPU, START, WEB } from '#test/helpers/first-training.ts';
import { recordingExecutions } from '#test/helpers/recording-executions.ts';
import { recordingMetrics } from '#test/helpers/recording-metrics.ts';

const RECEIVER = { prometheus_remote_write: { url: 'http://p/api/v1/write' } };

/** A first training at hour 60, scored, with what was written and what CloudWatch was told. */
async function scored(config: unknown, fail?: Error) {
  const services = await afterFirstTraining();
  const executions = recordingExecutions();
  const written: ResultSample[] = [];
  const lines: string[] = [];
  const parsed = WriteBackConfigSchema.parse(config);
  const writeBack = createWriteBack(
    {
      ...services,
      writer: parsed.prometheus_remote_write && {
        write: async (samples) => {
          if (fail) throw fail;
          written.push(...samples);
        },
      },
      ...(parsed.cloudwatch.enabled && { predictions: emfPredictions((line) => lines.push(line)) }),
    },
    parsed,
  );
  const training = { ...services, executions, newSuffix: () => 'random' };
  const deps = { ...services, training, metrics: recordingMetrics(), writeBack };
  return { services, writeBack, outcome: await score(deps, WEB), written, lines };
}

describe('writing back', () => {
  it('is nothing unless it is configured', async () => {
    const { writeBack, outcome } = await scored({});
    expect(writeBack).toBeUndefined();
    expect(outcome).not.toHaveProperty('writtenBack');
  });

  it('writes what was issued, as GET /metrics shows it, at the time of the scoring', async () => {
    const { services, outcome, written } = await scored(RECEIVER);
    expect(outcome.writtenBack).toEqual({ written: written.length });
    const [issued] = await services.issued.list(CPU, 1);
    // Steps of an hour, issued at hour 60 of data to hour 59: 60 minutes ahead is the second step.
    const hourAhead = written.find(
      ({ name, labels }) =>
        name === 'helios_predicted' && labels.horizon === '60m' && labels.quantile === undefined,
    );
    expect(hourAhead).toMatchObject({
      labels: { deployment: 'web', metric: 'cpu_utilization' },
      at: addMs(START, HOUR, 60),
      value: issued?.values[1],
    });
    // Three horizons by three paths.
    expect(written.filter(({ name }) => name === 'helios_predicted')).toHaveLength(9);
    expect(written.filter(({ name }) => name === 'helios_open_incidents')).toMatchObject([
      { value: 0 },
    ]);
  });

  it('writes the chosen families only, and nothing that is no longer valid', async () => {
    const families = ['helios_predicted'];
    const { services, writeBack, written } = await scored({
      prometheus_remote_write: { ...RECEIVER.prometheus_remote_write, families },
    });
    expect(new Set(written.map(({ name }) => name))).toEqual(new Set(families));
    const workload = await services.directory.get(parseWorkloadKey(WEB));
    if (!workload) throw new Error('no workload');
    const later = addMs(START, HOUR, 90);
    expect(await writeBack?.({ workload, last: undefined, openIncidents: 0 }, later)).toEqual({
      written: 0,
    });
  });

  it('does not hold scoring up when the receiver is down', async () => {
    const { outcome } = await scored(RECEIVER, new DomainError('SOURCE_UNAVAILABLE', 'down'));
    expect(outcome.issued).toEqual(['cpu_utilization']);
    expect(outcome.writtenBack).toEqual({
      failed: { code: 'SOURCE_UNAVAILABLE', message: 'down' },
    });
  });

  it('tells CloudWatch the predictions that are paid for', async () => {
    const { services, lines, outcome } = await scored({
      cloudwatch: {
        enabled: true,
        metrics: ['cpu_utilization', 'request_rate'],
        horizons_minutes: [60],
      },
    });
    expect(outcome.writtenBack).toEqual({ written: 0 });
    const [issued] = await services.issued.list(CPU, 1);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: addMs(START, HOUR, 60),
          CloudWatchMetrics: [
            {
              Namespace: 'Helios',
              Dimensions: [['cluster', 'namespace', 'deployment', 'metric', 'horizon']],
              Metrics: [{ Name: 'Predicted', Unit: 'None' }],
            },
          ],
        },
        cluster: 'default',
        namespace: 'shop',
        deployment: 'web',
        metric: 'cpu_utilization',
        horizon: '60m',
        Predicted: issued?.values[1],
      },
    ]);
  });
});
