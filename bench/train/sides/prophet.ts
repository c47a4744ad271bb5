import { readFileSync } from 'node:fs';
import { makeSeries } from '#core/series/series.ts';
import { durationMs, epochMs } from '#core/time.ts';
import { objectiveAt } from '#engines/prophet/map-density.ts';
import { mapEstimate } from '#engines/prophet/map-estimate.ts';
import type { MapEstimate, MapEstimator, MapProblem } from '#engines/prophet/map-problem.ts';
import { prophet } from '#engines/prophet/prophet.ts';
import { stanEstimate } from '#engines/prophet/stan-estimate.ts';
import { serveSide } from '../side-process.ts';

/** Our side of `bench/train/prophet.ts`, with either estimator. */
const [estimator, file = ''] = process.argv.slice(2);
const { step_seconds, series } = JSON.parse(readFileSync(file, 'utf8'));
const start = epochMs(Date.UTC(2026, 0, 5));
const step = durationMs(step_seconds * 1_000);
const estimate: MapEstimator = estimator === 'stan' ? stanEstimate : mapEstimate;

await serveSide(null, async (turn) => {
  const target = makeSeries({
    id: 'bench',
    unit: 'unspecified',
    start,
    step,
    values: series[turn],
  });
  let found: { problem: MapProblem; estimated: MapEstimate } | undefined;
  const parameters = { dailySeasonality: true, weeklySeasonality: true, yearlySeasonality: false };
  await prophet(parameters, async (problem, checkpoint) => {
    const estimated = await estimate(problem, checkpoint);
    found = { problem, estimated };
    return estimated;
  }).fit({ target });
  return () => {
    if (found === undefined) throw new TypeError('prophet estimated nothing');
    const { problem, estimated } = found;
    return Math.exp(objectiveAt(problem, estimated) / problem.y.length);
  };
});
