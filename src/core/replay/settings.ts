import { type DurationMs, durationMs, MINUTE } from '../time.ts';

/** What a replay is asked to assume. */
export interface ReplaySettings {
  /** Demand, in the unit of the series, that one unit serves at 100 %; chosen when left out. */
  readonly capacityPerUnit?: number;
  /** Utilisation that the untuned fleet is planned for, in (0, 1). */
  readonly targetUtilization: number;
  /** From the order of a unit until it serves. */
  readonly startUp: DurationMs;
  /** How far back the newest measurement lies, in steps, 1 or more. */
  readonly metricLagSteps: number;
  /** Utilisation above which the service counts as slow, in (0, 1]. */
  readonly sloUtilization: number;
  readonly minimumUnits: number;
  readonly maximumUnits: number;
}

export const DEFAULT_REPLAY: ReplaySettings = {
  targetUtilization: 0.7,
  startUp: durationMs(5 * MINUTE),
  metricLagSteps: 1,
  sloUtilization: 0.9,
  minimumUnits: 1,
  maximumUnits: 1_000,
};

/** How a series is divided: chosen on the first part, judged on the second. */
export interface ReplayParts {
  /** Values that the first forecast knows. */
  readonly initial: number;
  /** Steps `[from, to)` in which settings are chosen. */
  readonly tuning: readonly [number, number];
  /** Steps `[from, to)` in which policies are judged. */
  readonly judged: readonly [number, number];
}

/** The eighth before the first forecast, the quarter before the tuning: models and bands must learn. */
export function partsOf(length: number): ReplayParts {
  const half = Math.floor(length / 2);
  return {
    initial: Math.floor(length / 8),
    tuning: [Math.floor(length / 4), half],
    judged: [half, length],
  };
}
