import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAgentConfig } from '#adapters/config/parse-agent-config.ts';
import { parseConfig } from '#adapters/config/parse-config.ts';
import { sourceOf } from '#adapters/sources/registry.ts';
import { addMs, DEFAULT_STEP, epochMs } from '#core/time.ts';
import { type ApiServer, startApiServer } from '#test/helpers/api-server.ts';
import { feed } from '#test/helpers/feed.ts';
import { type HeliosInMemory, startHeliosInMemory } from '#test/helpers/helios-in-memory.ts';
import { readRepositoryFile } from '#test/helpers/repository.ts';
import { run } from '#test/unit/cli/fake-environment.ts';

const blocksOf = (guide: string, language: string) =>
  [
    ...readRepositoryFile(guide).matchAll(
      new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'),
    ),
  ].map(([, text = '']) => ({ guide, text }));

/** Blocks that show a few keys only, and what they belong to. */
const WITHIN: readonly (readonly [start: RegExp, whole: (text: string) => string])[] = [
  [/^auth:/, (text) => `sources:\n  - type: prometheus\n    url: https://p\n${indented(text)}`],
  [
    /^ {4}metrics:/,
    (text) =>
      `sources:\n  - type: azure-monitor\n    subscription_id: 11111111-2222-3333-4444-555555555555\n${text}`,
  ],
];
const indented = (text: string) => text.replace(/^/gm, '    ');

const guides = ['docs/guide/sources.md', 'docs/guide/prometheus.md'];
const configurations = guides.flatMap((guide) => blocksOf(guide, 'yaml'));

describe('the guides to sources and to Prometheus', () => {
  it('show configurations', () => {
    expect(configurations).toHaveLength(16);
  });

  it.each(configurations)('show one that is valid: $guide, block $#', async ({ text }) => {
    const [, whole] = WITHIN.find(([start]) => start.test(text)) ?? [];
    const isOfHelios = /^(# helios\.config\.yaml|prometheus:|write_back:)/.test(text);
    const env = { DD_API_KEY: 'a', DD_APP_KEY: 'b' };
    const { config, problems } = isOfHelios
      ? parseConfig(text)
      : await parseAgentConfig(whole?.(text) ?? text, env, sourceOf);
    expect(problems).toEqual([]);
    expect(config).toBeDefined();
  });

  it('name every type of source, and the agent’s own words for them', async () => {
    const text = readRepositoryFile('docs/guide/sources.md');
    const types = [
      'system',
      'prometheus',
      'cloudwatch',
      'azure-monitor',
      'gcp-monitoring',
      'datadog',
      'csv',
    ];
    for (const type of types) {
      expect((await sourceOf(type)).type).toBe(type);
      expect(text).toContain(`\n## ${type}\n`);
    }
  });
});

describe('the guide to exporting', () => {
  const NOW = epochMs(Date.UTC(2026, 0, 31));
  const commands = blocksOf('docs/guide/exporting.md', '')
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, ''))
    .filter((line) => line.startsWith('helios '));
  let helios: HeliosInMemory;
  let prometheus: ApiServer | undefined;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'helios-exporting-'));
    helios = await startHeliosInMemory({ now: () => NOW });
    await feed(
      { ...helios.services },
      { request_rate: Array.from({ length: 40 }, (_, i) => i) },
      { start: addMs(NOW, DEFAULT_STEP, -40), step: DEFAULT_STEP },
    );
    const subject = { workload: 'default#shop#web#*', metric: 'request_rate' } as const;
    const at = new Date(addMs(NOW, DEFAULT_STEP, -3)).toISOString();
    await helios.services.issued.add(subject, {
      ...{ issued_at: at, data_as_of: at, model: 'naive', version: null, step_seconds: 300 },
      ...{ level: null, values: [1], lower_bounds: null, upper_bounds: null },
    });
    await helios.services.recommendations.publish({
      workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
      ...{ simulated: false, generated_at: at, valid_until: at, action: 'scale_out' },
      ...{ current_replicas: 1, target_replicas: 2, lower_replicas: 2, upper_replicas: 3 },
      ...{ quantile: 0.95, lead_time_seconds: 60, p_short: null, execute_by: null, demand: null },
      reasons: [],
    });
    prometheus = await startApiServer(({ query }) => {
      const values = [[Number(query.get('start')), '1']];
      const result = [{ metric: { namespace: 'shop', job: 'web' }, values }];
      return { body: { status: 'success', data: { resultType: 'matrix', result } } };
    });
  });
  afterAll(async () => {
    await rm(home, { recursive: true, force: true });
    await prometheus?.close();
    await helios?.close();
  });

  it('shows commands', () => {
    expect(commands).toHaveLength(8);
  });

  it.each(commands)('%s', async (line) => {
    const argv = line
      .replace('http://prometheus:9090', prometheus?.url ?? '')
      .split(/\s+/)
      .slice(1);
    const { code, out, err } = await run(['--endpoint', helios.url, ...argv], {
      ...{ now: NOW, homeDirectory: home, workingDirectory: home },
    });
    expect({ code, failed: /^error/m.test(err) }).toEqual({ code: 0, failed: false });
    expect(out + err).toMatch(/\d/);
  });
});
