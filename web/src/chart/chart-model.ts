import type { Unit } from '#core/series/metric-catalogue.ts';

/** Values at times in ms since 1970, ascending; null is a gap, and stays one. */
export interface Points {
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/**
 * What a line is, which says how it is drawn: history solid, forecasts dashed, what was forecast
 * earlier thin, the seasonal naive forecast thin and grey; `second` and `third` are further solid ones.
 */
export type Look = 'history' | 'forecast' | 'naive' | 'issued' | 'second' | 'third';

/** One line of a chart. */
export interface ChartLine {
  readonly id: string;
  readonly label: string;
  readonly look: Look;
  readonly points: Points;
  /** Holds each value until the next one, as a count of replicas does. */
  readonly stepped?: boolean;
}

/** An interval around a forecast. */
export interface ChartBand {
  readonly label: string;
  readonly times: readonly number[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
}

/** A point that stands out, such as an anomaly. */
export interface ChartMark {
  readonly at: number;
  readonly value: number;
  readonly label: string;
}

/** A time that something went on, such as an incident; `to` is null while it does. */
export interface ChartSpan {
  readonly from: number;
  readonly to: number | null;
  readonly label: string;
  readonly tone: 'warn' | 'bad' | 'quiet';
  readonly href?: string;
}

/** Everything one chart shows. */
export interface ChartModel {
  readonly unit: Unit;
  readonly lines: readonly ChartLine[];
  readonly bands: readonly ChartBand[];
  readonly marks?: readonly ChartMark[];
  readonly spans?: readonly ChartSpan[];
  /** Where the line of now stands. */
  readonly now?: number;
}

/** Values on a regular grid, as the API answers series. */
export function gridPoints(
  start: string,
  stepSeconds: number,
  values: readonly (number | null)[],
): Points {
  const first = Date.parse(start);
  return { times: values.map((_, i) => first + i * stepSeconds * 1_000), values };
}

/** Points within a range, both ends included. */
export function pointsWithin({ times, values }: Points, from: number, to: number): Points {
  const kept = times.flatMap((at, i) => (at >= from && at <= to ? [i] : []));
  return {
    times: kept.map((i) => times[i] ?? 0),
    values: kept.map((i) => values[i] ?? null),
  };
}

/** The same values at a later time: what was a season ago, as a forecast of now. */
export function shifted({ times, values }: Points, byMs: number): Points {
  return { times: times.map((at) => at + byMs), values };
}

/** The last point that has a value. */
export function lastPoint({ times, values }: Points): { at: number; value: number } | undefined {
  for (let i = times.length - 1; i >= 0; i--) {
    const at = times[i];
    const value = values[i];
    if (at !== undefined && value !== null && value !== undefined) return { at, value };
  }
  return undefined;
}
