import { describe, expect, it } from '@jest/globals';
import { run } from '../../../bench/boosting.bench.ts';

describe('bench/boosting', () => {
  it('runs, and prints memory, times and the comparison or that there is none', async () => {
    const lines: string[] = [];
    const print = (line: string) => lines.push(line);
    await run({ trainings: 2, rows: 100, columns: 10, rounds: 3, print });
    const text = lines.join('\n');
    expect(text.match(/resident before\s+\d+ MB/g)).toHaveLength(2);
    expect(text.match(/resident after\s+\d+ MB/g)).toHaveLength(2);
    expect(text).toMatch(/built-in, one thread .* time × 1\.00 {2}loss × 1\.000/);
    expect(text).toMatch(/ml-xgboost hist .* time × [\d.]+ {2}loss × [\d.]+/);
    expect(text).toMatch(/XGBoost hist, 2 threads(: not installed| .* time × [\d.]+)/);
  }, 60_000);
});
