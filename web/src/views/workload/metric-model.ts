import type { IssuedForecast } from '#contracts/http/catalog.ts';
import type { DetectResponse } from '#contracts/http/detect.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import type { PredictResponse } from '#contracts/http/predict.ts';
import type { Unit } from '#core/series/metric-catalogue.ts';
import { formatShare, formatSingle } from '#core/units.ts';
import {
  type ChartLine,
  type ChartMark,
  type ChartModel,
  type ChartSpan,
  gridPoints,
  lastPoint,
  type Points,
  pointsWithin,
  shifted,
} from '../../chart/chart-model.ts';
import { workloadHref } from '../../routing/location.ts';
import { forecastPoints } from '../fleet/forecast-points.ts';

const HOUR_MS = 3_600_000;

/** Forecasts as issued that are drawn at once: more would cover each other. */
const MAX_ISSUED = 6;

/** What one chart of a metric is made of, as far as it is known. */
export interface MetricParts {
  readonly unit: Unit;
  readonly series: SeriesAnswer;
  readonly predicted: PredictResponse | undefined;
  readonly issued: readonly IssuedForecast[];
  readonly anomalies: readonly Anomaly[];
  readonly spans: readonly ChartSpan[];
  readonly historyHours: number;
  readonly seasonHours: number | undefined;
}

/** The part of a series' answer that is drawn. */
export interface SeriesAnswer {
  readonly start: string;
  readonly step_seconds: number;
  readonly values: readonly (number | null)[];
}

/** An anomaly of one metric. */
export type Anomaly = DetectResponse['anomalies'][number];

/** The chart of one metric, after the conventions: what was, what is to come, and what stood out. */
export function metricModel(parts: MetricParts): ChartModel {
  const { unit, series, predicted, historyHours, seasonHours } = parts;
  const all = gridPoints(series.start, series.step_seconds, series.values);
  const end = lastPoint(all)?.at ?? Date.parse(series.start);
  const from = end - historyHours * HOUR_MS;
  const now = predicted ? Date.parse(predicted.data_as_of) : end;
  const until = predicted?.predictions.at(-1)?.timestamp;
  const horizonEnd = until === undefined ? end : Date.parse(until);
  const history = pointsWithin(all, from, end);
  const lines: ChartLine[] = [
    { id: 'history', label: 'observed', look: 'history', points: history },
    ...issuedLines(parts.issued, from, end),
    ...naiveLine(all, seasonHours, from, horizonEnd),
    ...forecastLine(predicted),
  ];
  return {
    unit,
    lines,
    bands: bandsOf(predicted),
    marks: marksOf(parts.anomalies, unit, from, end),
    spans: parts.spans.filter(({ to }) => (to ?? now) >= from),
    now,
  };
}

function forecastLine(predicted: PredictResponse | undefined): readonly ChartLine[] {
  if (!predicted) return [];
  const { predictions } = predicted;
  const points = {
    times: predictions.map(({ timestamp }) => Date.parse(timestamp)),
    values: predictions.map(({ value }) => value),
  };
  return [{ id: 'forecast', label: 'forecast', look: 'forecast', points }];
}

function bandsOf(predicted: PredictResponse | undefined): ChartModel['bands'] {
  if (!predicted || predicted.level === null) return [];
  const { predictions, level } = predicted;
  return [
    {
      label: `${formatShare(level)} band`,
      times: predictions.map(({ timestamp }) => Date.parse(timestamp)),
      lower: predictions.map(({ lower_bound }) => lower_bound),
      upper: predictions.map(({ upper_bound }) => upper_bound),
    },
  ];
}

/** What a season ago was, as the seasonal naive forecast says it is again. */
function naiveLine(
  all: Points,
  season: number | undefined,
  from: number,
  until: number,
): readonly ChartLine[] {
  if (season === undefined) return [];
  const points = pointsWithin(shifted(all, season * HOUR_MS), from, until);
  if (!points.values.some((value) => value !== null)) return [];
  const label = season === 168 ? 'a week earlier' : 'a day earlier';
  return [{ id: 'naive', label, look: 'naive', points }];
}

/** Earlier forecasts as they were issued, a few of them, spread over what is shown. */
function issuedLines(
  issued: readonly IssuedForecast[],
  from: number,
  end: number,
): readonly ChartLine[] {
  const shown = issued.filter(({ data_as_of, values, step_seconds }) => {
    const cutoff = Date.parse(data_as_of);
    return cutoff < end && cutoff + values.length * step_seconds * 1_000 > from;
  });
  return spread(shown, MAX_ISSUED).map((forecast) => ({
    id: `issued ${forecast.issued_at}`,
    label: 'as issued',
    look: 'issued',
    points: pointsWithin(forecastPoints(forecast, forecast.values), from, Number.POSITIVE_INFINITY),
  }));
}

/** At most so many of a list, evenly spread, the first and the last among them. */
export function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => {
    const at = Math.round((i * (list.length - 1)) / Math.max(most - 1, 1));
    return list[at] as T;
  });
}

function marksOf(
  anomalies: readonly Anomaly[],
  unit: Unit,
  from: number,
  end: number,
): readonly ChartMark[] {
  return anomalies.flatMap(({ timestamp, value, severity, direction, expected_value }) => {
    const at = Date.parse(timestamp);
    if (value === null || at < from || at > end) return [];
    const expected =
      expected_value === null ? '' : `, expected ${formatSingle(expected_value, unit)}`;
    return [{ at, value, label: `${severity} anomaly ${direction ?? ''}${expected}` }];
  });
}

/** Incidents as spans of a chart: those that are kept, each a link; then others that were only found. */
export function incidentSpans(
  kept: readonly Incident[],
  found: DetectResponse['incidents'],
): readonly ChartSpan[] {
  const tracked = kept.map(
    ({ id, start, end, severity, message, workload, feedback }): ChartSpan => ({
      from: Date.parse(start),
      to: end === null ? null : Date.parse(end),
      label: `${feedback?.label === 'expected' ? 'expected' : severity}: ${message}`,
      tone: feedback?.label === 'expected' ? 'quiet' : toneOf(severity),
      href: workloadHref('incidents', workload, { id }),
    }),
  );
  const others = found.map(
    ({ start, end, severity, message }): ChartSpan => ({
      from: Date.parse(start),
      to: end === null ? null : Date.parse(end),
      label: `${severity}, found in the data, not kept as an incident: ${message}`,
      tone: toneOf(severity),
    }),
  );
  const overlaps = (one: ChartSpan) =>
    tracked.some(
      ({ from, to }) =>
        one.from <= (to ?? Number.POSITIVE_INFINITY) &&
        from <= (one.to ?? Number.POSITIVE_INFINITY),
    );
  return [...tracked, ...others.filter((span) => !overlaps(span))];
}

function toneOf(severity: Incident['severity']): ChartSpan['tone'] {
  if (severity === 'low') return 'quiet';
  return severity === 'medium' ? 'warn' : 'bad';
}
