import type { History } from '#core/forecast/forecaster.ts';
import {
  FEATURE_NAMES,
  type PooledFeatures,
  pooledFeatures,
  usableDay,
  windowSteps,
} from '#core/forecast/pooled-features.ts';
import { compress, MIN_HISTORY } from '#core/forecast/xgboost.ts';
import { logUniform, type Random } from '#core/math/random.ts';
import { addMs, type EpochMs } from '#core/time.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';

export interface SamplingParameters {
  /** Longest lead, in steps. */
  readonly horizon: number;
  /** Rows drawn from one history at most. */
  readonly rowsPerSeries: number;
  /** Rows kept of all histories: a uniform sample of what was drawn. */
  readonly maxRows: number;
}

/** A matrix of pooled features, and the newest value it knows. */
export interface TrainingSample {
  readonly matrix: TrainingMatrix;
  readonly newest: EpochMs | undefined;
}

/** Leads drawn at each origin: the features they share are the dearer part. */
const LEADS_AN_ORIGIN = 2;
/** Share of origins whose past is cut short, so that the trees meet series as young as they come. */
const YOUNG_SHARE = 0.1;
/** A move is learned as at most this many scales. */
const LARGEST_MOVE = 8;

/** Draws training rows from one history after the other. */
export function trainingRows(parameters: SamplingParameters, random: Random) {
  const { horizon, rowsPerSeries, maxRows } = parameters;
  const columns = FEATURE_NAMES.length;
  let rows = new Float32Array(0);
  const labels: number[] = [];
  const times: EpochMs[] = [];
  let drawn = 0;

  /** Where the next row goes: reservoir sampling (Vitter 1985, algorithm R); undefined = nowhere. */
  const nextSlot = (): number | undefined => {
    drawn++;
    if (drawn <= maxRows) return drawn - 1;
    const slot = Math.floor(random() * drawn);
    return slot < maxRows ? slot : undefined;
  };
  const take = (features: PooledFeatures, lead: number, label: number, time: EpochMs) => {
    const slot = nextSlot();
    if (slot === undefined) return;
    if ((slot + 1) * columns > rows.length) rows = grown(rows, (slot + 1) * columns);
    features.write(lead, rows, slot * columns);
    labels[slot] = label;
    times[slot] = time;
  };

  return {
    add({ target: { start, step, values } }: History): void {
      const keep = windowSteps(step);
      const day = usableDay(step);
      const origins = values.length - MIN_HISTORY;
      const wanted = Math.min(origins, Math.ceil(rowsPerSeries / LEADS_AN_ORIGIN));
      for (let i = 0; i < wanted; i++) {
        const origin = MIN_HISTORY - 1 + Math.floor(random() * origins);
        const length = windowLength(Math.min(keep, origin + 1), random);
        const last = values[origin]!;
        if (!Number.isFinite(last)) continue;
        const past = values.slice(origin + 1 - length, origin + 1).map(finiteOrMissing);
        const features = pooledFeatures(past, day);
        for (let j = 0; j < LEADS_AN_ORIGIN; j++) {
          const farthest = Math.min(horizon, values.length - 1 - origin);
          const lead = Math.floor(logUniform(random, 1, farthest + 1));
          const size = (values[origin + lead]! - last) / features.scale(lead);
          if (!Number.isFinite(size)) continue;
          const label = compress(Math.max(-LARGEST_MOVE, Math.min(LARGEST_MOVE, size)));
          take(features, lead, label, addMs(start, step, origin + lead));
        }
      }
    },
    sample: (): TrainingSample => ({
      matrix: {
        rows: rows.subarray(0, labels.length * columns),
        columns,
        labels: Float32Array.from(labels),
      },
      newest: times.reduce<EpochMs | undefined>(later, undefined),
    }),
  };
}

function windowLength(available: number, random: Random): number {
  const isYoung = random() < YOUNG_SHARE;
  return isYoung ? Math.floor(logUniform(random, MIN_HISTORY, available + 1)) : available;
}

function later(newest: EpochMs | undefined, time: EpochMs): EpochMs {
  return newest !== undefined && newest > time ? newest : time;
}

function grown(rows: Float32Array<ArrayBuffer>, least: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(least, 2 * rows.length));
  larger.set(rows);
  return larger;
}

function finiteOrMissing(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
