import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normal, seededRandom } from '#core/math/random.ts';
import { DEFAULT_STEP } from '#core/time.ts';
import { foreignScript, isInR, nodeSide } from './peers.ts';
import type { Side, TrainerBench } from './trainer-bench.ts';

/** Five-minute values; up to 4,000 are learned from as they are, more would be averaged. */
const POINTS = { full: 3_600, small: 600 } as const;
const STEPS_A_DAY = 288;
const DECIMALS = 4;

/** Our most probable parameters, Stan's in WebAssembly, and R's Prophet, on the same points. */
export const prophetTraining: TrainerBench = {
  name: 'prophet',
  title: (size) =>
    `prophet: a fit of ${POINTS[size]} five-minute values, every one learned from, day and week on`,
  lossName: 'inverse density a value, exp(-log density / values)',
  prepare(folder, size, turns) {
    const series = Array.from({ length: turns + 1 }, (_, turn) => wavesOf(POINTS[size], turn));
    const file = join(folder, 'series.json');
    writeFileSync(file, JSON.stringify({ step_seconds: DEFAULT_STEP / 1_000, series }));
    return [
      nodeSide('helios', 'Helios', 'prophet.ts', ['built-in', file]),
      nodeSide('stan', 'Helios, estimator stan', 'prophet.ts', ['stan', file]),
      ...(isInR('prophet') ? [rSide(file)] : []),
    ];
  },
};

function rSide(file: string): Side {
  const command = ['Rscript', foreignScript('prophet-side.R'), file] as const;
  return { key: 'r', name: "R's Prophet", command };
}

/**
 * A day and a week on a slow trend, with noise, above the least value: there our scaling, from the
 * least value to the largest, is Prophet's, from 0 to the largest, and both have the same problem.
 */
function wavesOf(points: number, turn: number): readonly number[] {
  const random = seededRandom(turn, 'prophet bench');
  const values = Array.from({ length: points }, (_, i) => {
    const day = Math.sin((2 * Math.PI * i) / STEPS_A_DAY);
    const week = Math.sin((2 * Math.PI * i) / (7 * STEPS_A_DAY));
    return i / 1_000 + 10 * day + 4 * week + normal(random);
  });
  const least = Math.min(...values);
  return values.map((value) => Number((value - least).toFixed(DECIMALS)));
}
