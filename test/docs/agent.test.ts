import { describe, expect, it } from '@jest/globals';
import { parseAgentConfig } from '#adapters/config/parse-agent-config.ts';
import type { SourceDeps } from '#adapters/sources/define-source.ts';
import { sourceOf } from '#adapters/sources/registry.ts';
import { agentProgram } from '#cli/agent-program.ts';
import { epochMs } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { readRepositoryFile } from '#test/helpers/repository.ts';
import { run } from '../unit/cli/fake-environment.ts';

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
