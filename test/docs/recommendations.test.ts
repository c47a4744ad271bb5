import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { scalingFor } from '#app/scaling-config.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { newsvendorQuantile } from '#core/recommend/newsvendor.ts';
import { workloadId } from '#core/workload.ts';
import { ROOT } from '#test/helpers/repository.ts';

const GUIDE = readFileSync(join(ROOT, 'docs/guide/recommendations.md'), 'utf8');
const SOURCES = [
  [
    'src/core/recommend',
    ['trust.ts', 'expected.ts', 'decide.ts', 'unmeasured.ts', 'capacity-per-replica.ts'],
  ],
  ['src/app/recommend', readdirSync(join(ROOT, 'src/app/recommend'))],
] as const;

describe('the guide to recommendations', () => {
  it('shows a configuration that is one', () => {
    const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(GUIDE) ?? [];
    const { scaling } = HeliosConfigSchema.parse(parse(text));
    const checkout = workloadId({ deployment: 'checkout', namespace: 'shop' });
    expect(scalingFor(scaling, checkout)).toMatchObject({ maximum_replicas: 20, replicas: 4 });
    expect(scalingFor(scaling, workloadId({ deployment: 'web' }))).toEqual({
      maximum_replicas: 20,
    });
  });

  it('gives the quantile that its prices make', () => {
    // 0.6 an hour is 0.01 a minute; 0.09 / (0.09 + 0.01).
    expect(newsvendorQuantile({ unitHour: 0.6, minuteShort: 0.09 })).toBeCloseTo(0.9, 12);
  });

  it('lists every reason that the code gives', () => {
    const code = SOURCES.flatMap(([folder, files]) =>
      files.map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
    ).join('\n');
    const given = [...code.matchAll(/(?:because|no)\(\s*'([A-Z_]+)'|code: '([A-Z_]+)'/g)].map(
      ([, call, literal]) => call ?? literal ?? '',
    );
    expect(given.length).toBeGreaterThan(20);
    expect([...new Set(given)].filter((each) => !GUIDE.includes(`\`${each}\``))).toEqual([]);
  });
});
