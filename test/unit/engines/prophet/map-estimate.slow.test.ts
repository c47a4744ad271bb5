import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { normal, seededRandom, uniform } from '#core/math/random.ts';
import { DEFAULT_STEP } from '#core/time.ts';
import { objectiveAt } from '#engines/prophet/map-density.ts';
import { mapEstimate } from '#engines/prophet/map-estimate.ts';
import type { MapProblem } from '#engines/prophet/map-problem.ts';
import { prophet } from '#engines/prophet/prophet.ts';
import { stanEstimate } from '#engines/prophet/stan-estimate.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const POINTS = 600;
const DAY = 288;
const MEGABYTE = 2 ** 20;
const SEASONS = { dailySeasonality: true, weeklySeasonality: true, yearlySeasonality: false };
const day = (i: number) => Math.sin((2 * Math.PI * i) / DAY);

/** Values by step, with noise of one drawn for each. */
const SHAPES: Readonly<Record<string, (i: number, noise: number, chance: number) => number>> = {
  waves: (i, noise) => 50 + i / 1_000 + 10 * day(i) + noise,
  'next to no noise': (i, noise) => 50 + i / 1_000 + 10 * day(i) + 1e-4 * noise,
  noise: (_, noise) => 5 + noise,
  'a high level': (i, noise) => 8e9 + 1e6 * day(i) + 3e5 * noise,
  bends: (i, noise) => 20 + Math.abs(i - 250) / 5 + 5 * day(i) + noise,
  'a step': (i, noise) => (i < 300 ? 10 : 30) + 3 * day(i) + noise,
  'waves that grow': (i, noise) => (10 + i / 20) * (1 + 0.4 * day(i)) + noise,
  gaps: (i, noise, chance) => (i % 100 > 80 || chance < 0.1 ? Number.NaN : 40 + 8 * day(i) + noise),
  outliers: (i, noise, chance) => 40 + 8 * day(i) + noise + (chance < 0.01 ? 200 : 0),
  bursts: (i, noise) => (i % DAY > 100 && i % DAY < 150 ? 50 + 10 * noise : 0),
  'negative values': (i, noise) => -30 - i / 500 + 5 * day(i) + noise,
  'a constant': () => 7,
};

function valuesOf(name: string): Float64Array {
  const random = seededRandom(5, name);
  return Float64Array.from({ length: POINTS }, (_, i) =>
    SHAPES[name]!(i, normal(random), uniform(random, 0, 1)),
  );
}

describe('the most probable model', () => {
  const cases = Object.keys(SHAPES).flatMap((name) =>
    (['additive', 'multiplicative'] as const).map((mode) => [name, mode] as const),
  );

  it.each(cases)("is no less probable than Stan's: %s, %s", async (name, seasonalityMode) => {
    let problem: MapProblem | undefined;
    const history = historyOf(valuesOf(name), { step: DEFAULT_STEP });
    await prophet({ ...SEASONS, seasonalityMode }, (asked, checkpoint) => {
      problem = asked;
      return mapEstimate(asked, checkpoint);
    }).fit(history);
    if (problem === undefined) throw new TypeError('nothing was estimated');
    const own = objectiveAt(
      problem,
      mapEstimate(problem, () => undefined),
    );
    const asked = problem;
    const reference = await stanEstimate(asked, () => undefined).then(
      (estimate) => objectiveAt(asked, estimate),
      // Its search gives up on some series: then there is nothing to be no less than.
      () => Infinity,
    );
    // Both stop when there is next to nothing to gain: a hundredth of a unit of log-density.
    expect(own).toBeLessThan(reference + 1e-2);
  });
});

describe('a training', () => {
  it('has the same result in a thread of its own', async () => {
    const values = valuesOf('waves');
    const start = Date.UTC(2026, 0, 5);
    const module = new URL('../../../../src/engines/prophet/prophet.ts', import.meta.url);
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      import('tsx/esm/api').then(({ register }) => {
        register();
        return import(workerData.module);
      }).then(({ prophet }) => prophet().fit({ target: workerData.target }))
        .then((fitted) => parentPort.postMessage(fitted.toState()));`;
    const target = { id: 'a', unit: 'unspecified', start, step: DEFAULT_STEP, values };
    const workerData = { module: module.href, target };
    const worker = new Worker(program, { eval: true, workerData, execArgv: [] });
    try {
      const there = await new Promise((resolve, reject) => {
        worker.on('message', resolve);
        worker.on('error', reject);
      });
      const { target: here } = historyOf(values, { step: DEFAULT_STEP });
      const fitted = await prophet().fit({ target: { ...here, ...target } as typeof here });
      expect(there).toEqual(fitted.toState());
    } finally {
      await worker.terminate();
    }
  });

  it('leaves no memory behind', async () => {
    const history = historyOf(valuesOf('waves'), { step: DEFAULT_STEP });
    const train = () => prophet(SEASONS).fit(history);
    for (let i = 0; i < 50; i++) await train();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) await train();
    // One training holds 40 columns of 600 values, 0.2 MB: 200 that stayed would be 40.
    expect(process.memoryUsage().rss - before).toBeLessThan(25 * MEGABYTE);
  });
});
