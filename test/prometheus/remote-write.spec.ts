import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { remoteWriter } from '#adapters/prometheus/remote-write.ts';
import { WriteBackConfigSchema } from '#contracts/config/write-back.ts';
import { addMs, epochMs, MINUTE, SECOND } from '#core/time.ts';
import { noSecrets } from '#test/helpers/no-secrets.ts';
import {
  MISSING,
  ownAnswer,
  type PrometheusServer,
  prometheusServer,
} from './prometheus-server.ts';

if (MISSING) console.warn(`skipped: ${MISSING} is not installed`);
const describeIfInstalled = MISSING ? describe.skip : describe;

describeIfInstalled('remote write to a real server', () => {
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await prometheusServer('');
    await server.start();
  });
  afterAll(() => server?.remove());

  const open = (labels: Record<string, string> = {}) => {
    const { prometheus_remote_write: config } = WriteBackConfigSchema.parse({
      prometheus_remote_write: { url: `${server.url}/api/v1/write`, labels },
    });
    if (!config) throw new Error('not configured');
    return remoteWriter(config, {
      clock: { now: () => epochMs(Date.now()) },
      sleep: async () => {},
      random: () => 0,
      env: {},
      secrets: noSecrets,
    });
  };
  const now = epochMs(Math.floor(Date.now() / 60_000) * 60_000);

  it('is read back as it was written, however the samples were ordered', async () => {
    const labels = {
      zone: 'ä "quoted"\\',
      deployment: 'web',
      metric: 'cpu_cores',
      horizon: '15m',
      container: '',
    };
    const values = [0.1, -1e-300, 1e308, 4, 5.5];
    const samples = values.map((value, i) => ({
      name: 'helios_predicted',
      labels,
      at: addMs(now, MINUTE, i - 10),
      value,
    }));
    const writer = await open({ replica: 'a', deployment: 'never' });
    await writer.write(
      [samples[3], samples[0], samples[4], samples[1], samples[2]].flatMap((each) => each ?? []),
    );
    const grid = { from: addMs(now, MINUTE, -10), to: addMs(now, MINUTE, -6), stepSeconds: 60 };
    const answer = await ownAnswer(server.url, 'helios_predicted', grid);
    expect(answer).toEqual([
      {
        labels: {
          __name__: 'helios_predicted',
          zone: 'ä "quoted"\\',
          deployment: 'web',
          metric: 'cpu_cores',
          horizon: '15m',
          replica: 'a',
        },
        values: values.map((_, i) => [grid.from / SECOND + i * 60, expect.any(String)]),
      },
    ]);
    expect(answer[0]?.values.map(([, text]) => Number(text))).toEqual(values);
  });

  it('takes many series in several requests, and a batch that comes twice', async () => {
    const writer = await open();
    const samples = Array.from({ length: 4_500 }, (_, i) => ({
      name: 'helios_anomaly_score',
      labels: { deployment: `d${i}` },
      at: now,
      value: i / 7,
    }));
    await writer.write(samples);
    await writer.write(samples);
    const grid = { from: now, to: now, stepSeconds: 60 };
    const [count] = await ownAnswer(server.url, 'count(helios_anomaly_score)', grid);
    expect(count?.values).toEqual([[now / SECOND, '4500']]);
    const [last] = await ownAnswer(server.url, 'helios_anomaly_score{deployment="d4499"}', grid);
    expect(Number(last?.values[0]?.[1])).toBe(4_499 / 7);
  });

  it('does not repeat what the server will never take', async () => {
    const writer = await open();
    const sample = {
      name: 'helios_predicted',
      labels: { deployment: 'old' },
      at: epochMs(0),
      value: 1,
    };
    await expect(writer.write([sample])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { status: 400 },
    });
  });
});
