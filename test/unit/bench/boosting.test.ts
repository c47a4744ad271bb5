import { describe, expect, it } from '@jest/globals';
import { run } from '../../../bench/boosting.bench.ts';

describe('bench/boosting', () => {
  it('runs, and prints memory, times and the comparison or that there is none', async () => {
    const lines: string[] = [];
    await run({ trainings: 2, rows: 300, rounds: 3, print: (line) => lines.push(line) });
    const text = lines.join('\n');
    expect(text).toMatch(/resident before\s+\d+ MB/);
    expect(text).toMatch(/resident after\s+\d+ MB/);
    expect(text).toMatch(/ours, one thread\s+[\d.]+ s/);
    expect(text).toMatch(/XGBoost, 2 threads(: not installed| [\d.]+ s .* ours × [\d.]+)/);
  }, 60_000);
});
