import type { DetectRequest, DetectResponse } from '#contracts/http/detect.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import type { Unit } from '#core/series/metric-catalogue.ts';
import { type ChartModel, gridPoints } from '../../chart/chart-model.ts';

const MINUTE = 60_000;
/** What is shown before and after an incident. */
const BEFORE_MINUTES = 180;
const AFTER_MINUTES = 60;
/** A week: as far as the API looks back at once. */
const MOST_MINUTES = 10_080;

/** The question that shows a metric around an incident; `now` in ms since 1970. */
export function detectRequest(
  { start, end }: Pick<Incident, 'start' | 'end'>,
  metric: string,
  now: number,
): Pick<DetectRequest, 'metrics' | 'lookback_minutes' | 'include_points'> & { end?: string } {
  const until = end === null ? now : Math.min(now, Date.parse(end) + AFTER_MINUTES * MINUTE);
  const minutes = Math.ceil((until - Date.parse(start)) / MINUTE) + BEFORE_MINUTES;
  return {
    metrics: [metric],
    lookback_minutes: Math.min(MOST_MINUTES, Math.max(1, minutes)),
    include_points: true,
    ...(end !== null && { end: new Date(until).toISOString() }),
  };
}

/** Actual values, expected ones with their bounds, and the incident as a span; undefined without values. */
export function expectedChart(
  { points, step_seconds }: DetectResponse,
  { start, end, severity, message }: Incident,
  metric: string,
  unit: Unit,
): ChartModel | undefined {
  const found = points?.[metric];
  if (!found || found.values.length === 0) return undefined;
  const grid = (values: readonly (number | null)[]) =>
    gridPoints(found.start, step_seconds, values);
  const { times } = grid(found.values);
  const to = end === null ? null : Date.parse(end);
  return {
    unit,
    lines: [
      { id: 'actual', label: 'Actual', look: 'history', points: grid(found.values) },
      { id: 'expected', label: 'Expected', look: 'forecast', points: grid(found.expected_values) },
    ],
    bands: [{ label: 'Usual', times, lower: found.lower_bounds, upper: found.upper_bounds }],
    spans: [
      {
        from: Date.parse(start),
        to,
        label: message.slice(0, 200),
        tone: severity === 'low' || severity === 'medium' ? 'warn' : 'bad',
      },
    ],
  };
}
