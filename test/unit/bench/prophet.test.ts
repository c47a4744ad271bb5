import { describe, expect, it } from '@jest/globals';
import { run } from '../../../bench/prophet.bench.ts';

describe('bench/prophet', () => {
  it('runs, and prints ratios and the comparison or that there is none', async () => {
    const lines: string[] = [];
    await run({ points: 600, fits: 1, print: (line) => lines.push(line) });
    const text = lines.join('\n');
    expect(text).toMatch(/ours\s+[\d.]+ s {3}× 1/);
    expect(text).toMatch(/estimator stan\s+[\d.]+ s {3}× [\d.]+/);
    expect(text).toMatch(/R's Prophet(\s+not installed| [\d.]+\s+[\d.]+ s {3}× [\d.]+)/);
  }, 60_000);
});
