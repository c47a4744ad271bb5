import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { zoneOf } from '../features/feature-matrix.ts';
import { checkCount } from '../forecast/parameters.ts';
import { localSlots } from '../series/calendar.ts';
import type { Frame } from '../series/frame.ts';
import { addMs, DAY, type DurationMs, durationMs, HOUR, MINUTE } from '../time.ts';
import {
  learnNeighbours,
  learnResidual,
  prepareDistance,
  type ServiceDistance,
  ServiceDistanceSchema,
} from './service-distance.ts';
import {
  learningRows,
  MetricScalingSchema,
  metricScaling,
  scaledColumns,
} from './service-scaling.ts';
import { smoothedScores, smoothingRows } from './service-smoothing.ts';
import { sigmas, UsualDistanceSchema, usualDistance } from './service-tail.ts';

export const ServiceStateSchema = z.strictObject({
  kind: z.literal('service'),
  version: z.literal(1),
  /** Whose days the daily profile follows: a name that `findTimeZone` knows. */
  timeZone: z.string(),
  /** Length of a slot of the daily profile, in ms. */
  slotMs: z.number().positive(),
  /** The metrics that are looked at together. */
  metrics: z.array(MetricScalingSchema),
  /** The metrics that are not: constant, or missing in most rows. */
  leftOut: z.array(z.string()),
  usual: UsualDistanceSchema,
  /** null when fewer than two metrics are left. */
  model: ServiceDistanceSchema.nullable(),
});

export type ServiceState = z.infer<typeof ServiceStateSchema>;

/** How much of a row's score one metric is responsible for. */
export interface Contribution {
  readonly metric: string;
  /** In [0, 1]. */
  readonly share: number;
}

/** What the service detector says of the rows it was asked about; index 0 is the first of them. */
export interface ServiceScores {
  /**
   * How unusual the metrics of each row are together, in multiples of sigma: 0 = usual, and healthy
   * rows exceed 3 about as rarely whatever the workload. For alarms. NaN = could not be scored.
   */
  readonly scores: Float64Array;
  /** The same over the last half hours, newest first in weight. For severity: it tells late. */
  readonly smoothed: Float64Array;
  /** Which metrics break the relations in row `index`, largest first, sum 1; empty when unscored. */
  contributions(index: number): readonly Contribution[];
}

/** A service detector that has learned how the metrics of one workload move together. Immutable. */
export interface FittedService {
  readonly kind: 'service';
  /** Metrics it was given and does not look at: constant, or missing in most training rows. */
  readonly leftOut: readonly string[];
  /**
   * Scores the rows of `frame` from `from` on. A score depends on its row alone, a smoothed one also
   * on the three hours before it, which `frame` should hold. Metrics it was not fitted for are passed
   * over, metrics that `frame` lacks and infinite values count as missing.
   *
   * @throws {RangeError} when `from` is not a row of the frame or its length
   */
  score(frame: Frame, from?: number): ServiceScores;
  toState(): ServiceState;
}

export interface ServiceOptions {
  /** `pca` (default): what is left over by the directions of load. `knn`: nearest usual rows. */
  readonly method?: 'pca' | 'knn';
  /** Share of variance that counts as load (`pca`). */
  readonly variance?: number;
  /** Rows to be near to (`knn`). */
  readonly neighbours?: number;
  /** Whose days count: `utc`, an offset or an IANA name. */
  readonly timeZone?: string;
}

const LEAST_ROWS = 288;
const LEAST_DAYS = 2;
const FINEST_SLOT = durationMs(5 * MINUTE);
const COARSEST_SLOT = HOUR;

/**
 * Learns how the metrics of one workload move together, and finds rows where they do not: each may be
 * inside its own range, as CPU at noon without the requests of noon. More load alone is not unusual.
 *
 * Metrics are measured by their logarithms (`metricScaling`), what holds at the same time of every
 * day (a backup) is usual, a row is judged by its distance from the usual relations
 * (`learnResidual`, or `learnNeighbours`), and the distance by those of training rows
 * (`usualDistance`). It needs no labels; incidents in some per cent of the training rows do not hurt.
 *
 * `fit` throws `HISTORY_TOO_SHORT` below two days, and below 288 rows. With fewer than two metrics that
 * vary, every score is NaN.
 *
 * @throws {RangeError} when an option is out of range
 * @throws {DomainError} `CONFIG_INVALID` when the time zone is not known
 */
export function serviceDetector(options: ServiceOptions = {}): {
  readonly kind: 'service';
  fit(frame: Frame): FittedService;
} {
  const { method = 'pca', variance = 0.95, neighbours = 5, timeZone = 'utc' } = options;
  if (!(variance > 0 && variance < 1)) {
    throw new RangeError(`variance must be between 0 and 1, got ${variance}`);
  }
  checkCount('neighbours', neighbours);
  const zone = zoneOf(timeZone);
  return {
    kind: 'service',
    fit(frame) {
      checkHistory(frame);
      const named = [...frame.series].map(([metric, { values }]) => ({
        metric,
        scaling: metricScaling(metric, values),
      }));
      const metrics = named.flatMap(({ scaling }) => (scaling === undefined ? [] : [scaling]));
      const leftOut = named
        .filter(({ scaling }) => scaling === undefined)
        .map(({ metric }) => metric);
      const days = (frame.length * frame.step) / DAY;
      const slotMs = slotFor(frame.step);
      const about = { kind: 'service', version: 1, timeZone, slotMs, metrics, leftOut } as const;
      if (metrics.length < 2) {
        return restoreService({
          ...about,
          usual: usualDistance(new Float64Array(0), days),
          model: null,
        });
      }
      const { columns, rows } = learningRows(scaledColumns(metrics, frame));
      const slotOf = localSlots(frame, zone, { slot: slotMs });
      const slots = rows.map((i) => slotOf[i]!);
      const input = { columns, slots, slotCount: DAY / slotMs, variance };
      const { state, squared } =
        method === 'pca' ? learnResidual(input) : learnNeighbours(input, neighbours);
      return restoreService({ ...about, usual: usualDistance(squared, days), model: state });
    },
  };
}

/** The fitted detector of a state. @throws {DomainError} `CONFIG_INVALID` for an unknown time zone */
export function restoreService(state: ServiceState): FittedService {
  const zone = zoneOf(state.timeZone);
  const slotMs = durationMs(state.slotMs);
  const size = state.metrics.length;
  const distance = distanceOf(state);
  return {
    kind: 'service',
    leftOut: state.leftOut,
    score(frame, from = 0) {
      if (!(Number.isInteger(from) && from >= 0 && from <= frame.length)) {
        throw new RangeError(`from must be a row of 0 to ${frame.length}, got ${from}`);
      }
      const first = Math.max(0, from - smoothingRows(frame.step) + 1);
      const columns = scaledColumns(state.metrics, frame, first);
      const start = addMs(frame.start, frame.step, first);
      const grid = { start, step: frame.step, length: frame.length - first };
      const slots = localSlots(grid, zone, { slot: slotMs });
      const row = new Float64Array(size);
      const parts = new Float64Array(size);
      const squaredAt = (i: number) => {
        for (let j = 0; j < size; j++) row[j] = columns[j]![i]!;
        return distance.of(row, slots[i]!, parts);
      };
      const all = Float64Array.from(slots, (_, i) => sigmas(state.usual, squaredAt(i)));
      const lead = from - first;
      return {
        scores: all.slice(lead),
        smoothed: smoothedScores(all, frame.step, lead),
        contributions(index) {
          const squared = index >= 0 && index < all.length - lead ? squaredAt(lead + index) : NaN;
          return Number.isNaN(squared) ? [] : shares(state, parts);
        },
      };
    },
    toState: () => structuredClone(state),
  };
}

function distanceOf({ model, metrics }: ServiceState): ServiceDistance {
  return model === null ? { of: () => Number.NaN } : prepareDistance(model, metrics.length);
}

/** Equal shares where nothing deviates at all. */
function shares({ metrics }: ServiceState, parts: Float64Array): readonly Contribution[] {
  const total = parts.reduce((sum, part) => sum + part, 0);
  return metrics
    .map(({ metric }, j) => ({
      metric,
      share: total > 0 ? parts[j]! / total : 1 / metrics.length,
    }))
    .sort((a, b) => b.share - a.share);
}

function checkHistory({ length, step }: Frame): void {
  const needSteps = Math.max(LEAST_ROWS, Math.ceil((LEAST_DAYS * DAY) / step));
  if (length >= needSteps) return;
  throw new DomainError(
    'HISTORY_TOO_SHORT',
    `the service detector needs ${needSteps} rows, got ${length}`,
    { needSteps, haveSteps: length },
  );
}

/** The step itself where it fits into a day and is neither too fine nor too coarse to be a slot. */
function slotFor(step: DurationMs): DurationMs {
  if (step <= FINEST_SLOT) return FINEST_SLOT;
  return step <= COARSEST_SLOT && DAY % step === 0 ? step : COARSEST_SLOT;
}
