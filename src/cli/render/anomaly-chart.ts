import type { DetectResponse, MetricPoints } from '#contracts/http/detect.ts';
import { addMs, durationMs } from '#core/time.ts';
import { scaleFor, unitOf } from '#core/units.ts';
import { printable } from '../failure.ts';
import { type ChartPoint, GLYPHS, renderChart } from './chart.ts';
import { styled, type Terminal } from './terminal.ts';
import { momentOf, type TimeFormat } from './time.ts';

/**
 * A chart a metric, with what was expected, the band of usual values and the anomalies marked: of the
 * metrics asked for; else of those with anomalies; else of all.
 */
export function anomalyCharts(
  answer: DetectResponse,
  asked: readonly string[] | undefined,
  options: { readonly terminal: Terminal; readonly time: TimeFormat },
): readonly string[] {
  const points = Object.entries(answer.points ?? {});
  const striking = new Set(asked ?? Object.keys(answer.summary.by_metric));
  const chosen = points.filter(([metric]) => striking.has(metric));
  return (chosen.length > 0 ? chosen : points).map(([metric, own]) =>
    metricChart(answer, metric, own, options),
  );
}

function metricChart(
  answer: DetectResponse,
  metric: string,
  points: MetricPoints,
  { terminal, time }: { readonly terminal: Terminal; readonly time: TimeFormat },
): string {
  const title = styled(printable(metric), 'bold', terminal);
  const history = chartPoints(answer, metric, points);
  const shown = history
    .flatMap(({ value, expected, lower, upper }) => [value, expected, lower, upper])
    .filter((number) => typeof number === 'number');
  if (shown.length === 0) return `${title}  ? there is no value\n`;
  const { mark, dashed, band } = terminal.unicode ? GLYPHS.unicode : GLYPHS.ascii;
  const legend = `${mark} anomaly  ${dashed.flat} expected  ${band} usual`;
  const scale = scaleFor(unitOf(metric), shown);
  const chart = renderChart({ history, forecast: [], scale, time }, terminal);
  return `${title}  ${styled(legend, 'dim', terminal)}\n${chart}`;
}

function chartPoints(
  { anomalies, step_seconds }: DetectResponse,
  metric: string,
  points: MetricPoints,
): readonly ChartPoint[] {
  const marked = new Set(
    anomalies
      .filter((anomaly) => anomaly.metric === metric)
      .map(({ timestamp }) => momentOf(timestamp)),
  );
  const start = momentOf(points.start);
  const step = durationMs(step_seconds * 1_000);
  return points.values.map((value, i) => {
    const at = addMs(start, step, i);
    return {
      at,
      value,
      expected: points.expected_values[i] ?? null,
      lower: points.lower_bounds[i] ?? null,
      upper: points.upper_bounds[i] ?? null,
      isMarked: marked.has(at),
    };
  });
}
