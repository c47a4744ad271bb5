import { describe, expect, it } from '@jest/globals';
import type { RunSettings } from '../../../../bench/forecast/forecast-series.ts';
import { type Job, type Outcome, runJobs } from '../../../../bench/forecast/jobs.ts';
import { loadFolder } from '../../../../bench/forecast/protocol.ts';
import { tinyFolder, withFolder } from './tiny-folder.ts';

const SETTINGS: RunSettings = { models: ['naive'], slowOnly: false, modelAgeHours: null, seed: 1 };

/** Jobs for the two series of the tiny folder, again and again. */
async function jobs(count: number, settings = SETTINGS): Promise<readonly Job[]> {
  const { series } = await withFolder(tinyFolder(), loadFolder);
  return Array.from({ length: count }, (_, i) => {
    return { kind: 'series', subject: series[i % 2]!, settings, pool: null };
  });
}

function forecasts(outcomes: readonly Outcome[]) {
  return outcomes.map((each) => {
    if (each.kind !== 'series') throw new Error(`a job was answered with a ${each.kind}`);
    return [each.run.seriesId, each.run.forecasts.get('naive')?.point];
  });
}

describe('runJobs', () => {
  it('answers more jobs than threads in their order, as one thread alone does', async () => {
    const work = await jobs(5);
    const done: Job[] = [];
    const [alone, beside] = await Promise.all([
      runJobs(work, { threads: 0 }),
      runJobs(work, { threads: 2, onDone: (job) => done.push(job) }),
    ]);
    expect(forecasts(beside)).toEqual(forecasts(alone));
    expect(forecasts(alone).map(([id]) => id)).toEqual([
      'sys__a',
      'sys__b',
      'sys__a',
      'sys__b',
      'sys__a',
    ]);
    expect(new Set(done)).toEqual(new Set(work));
  });

  it('passes on the fault of a job, from a thread too', async () => {
    const broken = await jobs(1, { ...SETTINGS, seed: 0.5 });
    await expect(runJobs(broken, { threads: 0 })).rejects.toThrow(/a seed must be an integer/);
    await expect(runJobs(broken, { threads: 1 })).rejects.toThrow(/a seed must be an integer/);
  });
});
