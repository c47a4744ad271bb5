import { expect, it } from '@jest/globals';
import { run } from '../../../bench/recommend.bench.ts';

it('bench/recommend runs, and prints percentiles', async () => {
  const lines: string[] = [];
  await run({
    days: 3,
    metrics: ['cpu_utilization'],
    timeMs: 30,
    print: (line) => lines.push(line),
  });
  const text = lines.join('\n');
  expect(text).toMatch(/decide alone\s+p50 [\d.]+ ms\s+p99 [\d.]+ ms/);
  expect(text).toMatch(/recommend handler\s+p50 [\d.]+ ms\s+p99 [\d.]+ ms/);
}, 60_000);
