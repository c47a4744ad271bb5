import { documentedFeatures } from '../features/documented.ts';
import type { Frame } from '../series/frame.ts';
import { DEFAULT_STEP, type EpochMs, epochMs } from '../time.ts';

/**
 * Steps by which the target's own past is held back, 6 hours at 5 minutes. Trees that see the value
 * before this one answer it, and a shift is a surprise for a single step; those that see what was
 * usual 6 hours ago stay surprised for as long.
 */
export const OWN_DELAY = 72;
/** Steps that the longest window of a feature reaches back. */
const LONGEST_WINDOW = 12;
/** Steps before its own that a row reads: what a frame should hold before the first row scored. */
export const CONTEXT_STEPS = OWN_DELAY + LONGEST_WINDOW;

/** Which numbers one metric is predicted from. */
export interface PredictorLayout {
  readonly names: readonly string[];
  /** Of each predictor: its column among those of all metrics, and by how many steps it is held back. */
  readonly columns: Int32Array;
  readonly delays: Int32Array;
  /** The predictor that tells the target's own level: its mean over 12 steps, held back. */
  readonly ownLevel: number;
}

/** The columns of all rows of a frame, computed once for all targets. */
export interface DescribedFrame {
  /**
   * Writes the predictors of row `index` to `out` from `at` on. NaN = missing, before the frame's
   * beginning, or too large for a 32-bit float.
   */
  write(layout: PredictorLayout, index: number, out: Float32Array, at?: number): void;
}

/**
 * The predictors of a target: the documented features and the values (`m_lag_0`) of the other metrics
 * at the same step, and its own, ratios with it included, of `OWN_DELAY` steps before, named so.
 *
 * @param excluded - metrics that give the target away and are left out
 */
export function predictorLayout(
  metrics: readonly string[],
  target: string,
  excluded: readonly string[],
): PredictorLayout {
  const all = new Map(columnNames(metrics).map((name, column) => [name, column]));
  const others = new Set(columnNames(metrics, [target, ...excluded]));
  const kept = columnNames(metrics, excluded).map((name) => ({
    name: others.has(name) ? name : `${name}_ago_${OWN_DELAY}`,
    column: all.get(name) ?? 0,
    delay: others.has(name) ? 0 : OWN_DELAY,
  }));
  return {
    names: kept.map(({ name }) => name),
    columns: Int32Array.from(kept, ({ column }) => column),
    delays: Int32Array.from(kept, ({ delay }) => delay),
    ownLevel: kept.findIndex(
      ({ name }) => name === `${target}_rolling_mean_${LONGEST_WINDOW}_ago_${OWN_DELAY}`,
    ),
  };
}

/**
 * @param options.from - first row that will be asked for
 * @throws {DomainError} `CONFIG_INVALID` for a time zone that does not exist
 */
export function describeFrame(
  frame: Frame,
  options: {
    readonly metrics: readonly string[];
    readonly timeZone: string;
    readonly from?: number;
  },
): DescribedFrame {
  const first = Math.max(0, (options.from ?? 0) - OWN_DELAY);
  const { names, values } = documentedFeatures(frame, { ...options, from: first });
  const width = names.length;
  const missing = new Float64Array(frame.length).fill(Number.NaN);
  const current = options.metrics.map((metric) =>
    (frame.series.get(metric)?.values ?? missing).subarray(first),
  );
  return {
    write({ columns, delays }, index, out, at = 0) {
      for (let i = 0; i < columns.length; i++) {
        const row = index - first - delays[i]!;
        const column = columns[i]!;
        let value = Number.NaN;
        if (row >= 0) {
          value = column < width ? values[row * width + column]! : current[column - width]![row]!;
        }
        const float = Math.fround(value);
        out[at + i] = Number.isFinite(float) ? float : Number.NaN;
      }
    },
  };
}

function columnNames(
  metrics: readonly string[],
  exclude: readonly string[] = [],
): readonly string[] {
  const start: EpochMs = epochMs(0);
  const nothing: Frame = { start, step: DEFAULT_STEP, length: 0, series: new Map() };
  const current = metrics.filter((metric) => !exclude.includes(metric));
  return [
    ...documentedFeatures(nothing, { metrics, exclude }).names,
    ...current.map((metric) => `${metric}_lag_0`),
  ];
}
