import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAgentConfig } from '#adapters/config/parse-agent-config.ts';
import type { SourceDeps } from '#adapters/sources/define-source.ts';
import { sourceOf } from '#adapters/sources/registry.ts';
import { agentProgram } from '#cli/agent-program.ts';
import { IngestSamplesSchema } from '#contracts/http/ingest.ts';
import { epochMs } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { startApiServer } from '#test/helpers/api-server.ts';
import { NOW as CLOUD_NOW, gcp, healthy } from '#test/helpers/cloud-apis.ts';
import { noSecrets } from '#test/helpers/no-secrets.ts';
import { readRepositoryFile } from '#test/helpers/repository.ts';
import { fake, minutes, onEnd } from '../unit/adapters/prometheus/fake-prometheus.ts';
import { fakeApi, run, temporaryDirectory } from '../unit/cli/fake-environment.ts';

/** The agent's configuration of the seed's README, word for word but for the endpoint. */
const SEED = `
agent:
  collection_interval: 60
  log_level: INFO

sources:
  # GCP Cloud Monitoring
  - type: gcp-monitoring
    enabled: true
    config:
      project_id: your-gcp-project-id
      metrics:
        - kubernetes.io/container/cpu/limit_utilization
        - kubernetes.io/container/memory/limit_utilization
      filters:
        namespace: your-namespace

  # Prometheus
  - type: prometheus
    enabled: true
    config:
      url: http://prometheus:9090
      queries:
        - name: cpu_usage
          query: rate(container_cpu_usage_seconds_total[5m])

helios:
  endpoint: http://127.0.0.1:8080
`;

const DEPS: Omit<SourceDeps, 'name'> = {
  clock: { now: () => epochMs(Date.UTC(2026, 0, 1)) },
  sleep: async () => {},
  random: () => 0.5,
  fetch: () => Promise.reject(new TypeError('nothing is read in this test')),
  env: {},
  secrets: noSecrets,
  workload: workloadId({ deployment: 'web' }),
  labels: {},
  host: 'host-1',
};

describe('the configuration of the seed’s README', () => {
  it('is read as it stands, every key of it, and its sources are opened', async () => {
    const { config, problems } = await parseAgentConfig(SEED, {}, sourceOf);
    expect(problems).toEqual([]);
    expect(config?.agent).toMatchObject({ collection_interval: 60, log_level: 'INFO' });
    expect(config?.helios.endpoint).toBe('http://127.0.0.1:8080');
    expect(config?.sources.map(({ kind, config: own }) => [kind.type, own])).toEqual([
      [
        'gcp-monitoring',
        {
          project_id: 'your-gcp-project-id',
          metrics: [
            'kubernetes.io/container/cpu/limit_utilization',
            'kubernetes.io/container/memory/limit_utilization',
          ],
          filters: { namespace: 'your-namespace' },
        },
      ],
      [
        'prometheus',
        {
          url: 'http://prometheus:9090',
          queries: [{ name: 'cpu_usage', query: 'rate(container_cpu_usage_seconds_total[5m])' }],
        },
      ],
    ]);
    for (const { name, kind, config: own } of config?.sources ?? []) {
      const source = await kind.open(own, { ...DEPS, name });
      expect([name, typeof source.sweep]).toEqual([name, 'function']);
      await source.close?.();
    }
  });
});

/** Bounds hold until they are called off, pauses are over at once. */
function hurried(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ms < 20_000 || signal?.aborted) setImmediate(resolve);
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

describe('the agent of the seed’s README', () => {
  it('reads Google Cloud, Prometheus and this machine, and Helios gets samples of each', async () => {
    const google = await startApiServer(healthy(gcp));
    onEnd(() => google.close());
    const prometheus = await fake(minutes);
    const helios = await fakeApi({
      'POST /api/v1/ingest': ({ body }) => {
        const { metrics, batch_id = null } = IngestSamplesSchema.parse(body);
        const received = metrics.length;
        const counts = { received, accepted: received, duplicate: 0, superseded: 0, rejected: 0 };
        return { body: { ...counts, rejections: [], batch_id } };
      },
    });
    // Addresses alone are others, and a third source is added.
    const yaml = SEED.replace('http://127.0.0.1:8080', helios.url)
      .replace('http://prometheus:9090', prometheus.url)
      .replace('project_id:', `endpoint: ${google.url}\n      project_id:`)
      .replace('\nhelios:', '\n  - type: system\n\nhelios:');
    const home = await temporaryDirectory();
    await writeFile(join(home, 'helios-agent.yaml'), yaml);

    const argv = ['run', '--config', 'helios-agent.yaml', '--once', '--send'];
    const { code, err } = await run(argv, {
      program: agentProgram,
      homeDirectory: home,
      now: CLOUD_NOW,
      sleep: hurried,
      // No key is named: the machine's own service account is asked for a token.
      env: { HOME: home, GCE_METADATA_HOST: new URL(google.url).host },
    });
    expect([code, err]).toEqual([0, expect.stringMatching(/ accepted, 0 rejected/)]);
    const samples = helios.received.flatMap(({ body }) => IngestSamplesSchema.parse(body).metrics);
    const of = (source: string) => samples.filter((sample) => sample.source === source);

    // Four values of two pods (see the double), of each of the two metrics.
    expect(of('gcp-monitoring')).toHaveLength(8);
    expect(of('gcp-monitoring')).toContainEqual(
      expect.objectContaining({
        name: 'memory_utilization',
        value: 2,
        labels: expect.objectContaining({ namespace: 'shop', deployment: 'cart', cluster: 'main' }),
      }),
    );
    for (const { query } of google.to('/timeSeries')) {
      expect(query.get('filter')).toMatch(
        /^metric\.type = "kubernetes\.io\/container\/(cpu|memory)\/limit_utilization" AND .*namespace_name = one_of\("your-namespace"\)$/,
      );
    }

    expect(prometheus.came.map(({ form }) => form.get('query'))).toContain(
      'rate(container_cpu_usage_seconds_total[5m])',
    );
    expect(of('prometheus').length).toBeGreaterThan(0);
    for (const { name, value, timestamp, labels } of of('prometheus')) {
      expect([name, value]).toEqual(['cpu_usage', new Date(timestamp).getUTCMinutes()]);
      expect(labels).toMatchObject({ namespace: 'shop', deployment: 'web' });
    }

    expect(of('system').map(({ name }) => name)).toContain('memory_utilization');
  });
});

describe('the guide to the agent', () => {
  const guide = readRepositoryFile('docs/guide/agent.md');

  it('shows a configuration that is one', async () => {
    const yaml = /^```yaml\n(.*?)^```/ms.exec(guide)?.[1] ?? '';
    const { config, problems } = await parseAgentConfig(yaml, {}, sourceOf);
    expect(problems).toEqual([]);
    expect(config?.sources).toHaveLength(1);
  });

  it('shows commands that there are', async () => {
    const lines = [...guide.matchAll(/^(helios(?:-agent| agent) \w+)/gm)].map(([line]) => line);
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) {
      const argv = line.replace(/^helios(-agent| agent) /, '').split(' ');
      const isManaging = ['list', 'pause', 'resume', 'interval'].includes(argv[0] ?? '');
      const { code, out } = isManaging
        ? await run(['agent', ...argv, '--help'])
        : await run([...argv, '--help'], { program: agentProgram });
      expect([line, code, out.includes('Usage:')]).toEqual([line, 0, true]);
    }
  });
});
