import { describe, expect, it } from '@jest/globals';
import { run } from '../../../bench/import.bench.ts';

describe('bench/import', () => {
  it('runs, and prints rates, memory and what storing costs', async () => {
    const lines: string[] = [];
    const print = (line: string) => lines.push(line);
    await run({ streamBytes: 400_000, fileBytes: 300_000, storedBytes: 20_000, print });
    const text = lines.join('\n');
    for (const name of ['lines only, file', 'csv-parse only, file', 'stored on this machine']) {
      expect(text).toMatch(
        new RegExp(`${name} +[\\d,]+ rows/s +[\\d,]+ rows/CPU s .* peak \\d+ MB`),
      );
    }
    expect(text).toMatch(/helios import --dry-run, stream +[\d,]+ rows\/s/);
    expect(text).toMatch(/[\d,]+ values\/s stored/);
  }, 60_000);
});
