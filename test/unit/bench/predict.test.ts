import { describe, expect, it } from '@jest/globals';
import { run } from '../../../bench/predict.bench.ts';

/** The predict bundle with headroom: a dependency that slips in shows here. Minified. */
const MAX_BUNDLE_KILOBYTES = 950;

describe('bench/predict', () => {
  it('runs, and prints percentiles, ratios and the size of the bundle', async () => {
    const lines: string[] = [];
    await run({ days: 3, timeMs: 30, coldStarts: 1, print: (line) => lines.push(line) });
    const text = lines.join('\n');
    expect(text).toMatch(/predict handler\s+p50 [\d.]+ ms\s+p99 [\d.]+ ms\s+× [\d.]+/);
    expect(text).toMatch(/import\s+[\d.]+ ms, an empty module [\d.]+ ms\s+× \d+/);
    const kilobytes = Number(/bundle\s+(\d+) kB/.exec(text)?.[1]);
    expect(kilobytes).toBeGreaterThan(100);
    expect(kilobytes).toBeLessThan(MAX_BUNDLE_KILOBYTES);
  }, 60_000);
});
