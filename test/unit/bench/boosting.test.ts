import { describe, expect, it } from '@jest/globals';
import { run } from '../../../bench/boosting.bench.ts';

describe('bench/boosting', () => {
  it('runs, and prints memory and time of both engines', async () => {
    const lines: string[] = [];
    await run({ trainings: 2, rows: 100, print: (line) => lines.push(line) });
    const text = lines.join('\n');
    expect(text.match(/resident before\s+\d+ MB/g)).toHaveLength(2);
    expect(text.match(/resident after\s+\d+ MB/g)).toHaveLength(2);
    expect(text.match(/one training\s+\d+ ms/g)).toHaveLength(2);
  }, 60_000);
});
