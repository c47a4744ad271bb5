import { expect, it } from '@jest/globals';
import { run } from '../../../bench/detect.bench.ts';

it('streams points and judges a request, with and without trained detectors', async () => {
  const lines: string[] = [];
  await run({
    days: 4,
    rounds: 1,
    points: 24,
    requests: 1,
    warmUp: 1,
    print: (line) => lines.push(line),
  });
  const printed = lines.join('\n');
  expect(printed).toMatch(/\d µs a point/);
  expect(printed).toMatch(/no workload named +p50 [\d.]+ ms/);
  expect(printed).toMatch(/judged by trained detectors +p50 [\d.]+ ms/);
});
