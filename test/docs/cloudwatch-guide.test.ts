import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { readRepositoryFile } from '#test/helpers/repository.ts';

const guide = readRepositoryFile('docs/guide/cloudwatch.md');
const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => parse(text));

describe('the guide to CloudWatch', () => {
  it('shows configurations that are valid', () => {
    expect(blocks).toHaveLength(4);
    for (const block of blocks) expect(HeliosConfigSchema.safeParse(block).error).toBeUndefined();
  });

  it('shows policies that are JSON', () => {
    const policies = [...guide.matchAll(/```json\n([\s\S]*?)```/g)];
    expect(policies.map(([, text = '']) => JSON.parse(text).Version)).toEqual([
      '2012-10-17',
      '2012-10-17',
    ]);
  });
});

describe('the configuration of CloudWatch', () => {
  const METRIC = { namespace: 'N', metric_name: 'M' };
  const problems = (config: unknown) =>
    (HeliosConfigSchema.safeParse(config).error?.issues ?? []).map(({ message }) => message);
  const metrics = (mapping: unknown) =>
    problems({ workloads: [{ deployment: 'web', metrics: mapping }] }).join();

  it('refuses the Sum of a period where a rate is meant, unless it says how it becomes one', () => {
    const sum = { ...METRIC, stat: 'Sum' };
    expect(metrics({ request_rate: sum })).toContain('the Sum of 300 s is none');
    expect(metrics({ request_rate: { ...sum, per_second: true } })).toBe('');
    expect(metrics({ request_rate: { ...sum, scale: 1 / 300 } })).toBe('');
    expect(metrics({ restarts: sum })).toBe('');
  });

  it.each([
    ['a / b', 'b is neither an input'],
    ["SEARCH('x')", 'arithmetic over the names'],
    ['a + a', ''],
    ['FILL(a, 0) * 2.5e0', ''],
    ['FILL(1, 0)', 'the expression does not use it'],
  ])('judges the expression %s', (expression, problem) => {
    const text = metrics({ cpu_cores: { expression, inputs: { a: METRIC } } });
    if (problem === '') expect(text).toBe('');
    else expect(text).not.toBe('');
  });

  it('names the account that is not configured', () => {
    const places = [{ account: 'prod' }];
    expect(problems({ discovery: { places } })).toEqual(['accounts has no prod']);
  });
});
