import type { PredictBatchResponse, PredictResponse } from '#contracts/http/predict.ts';
import { formatGain, formatShare, formatValue, type Scale } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { explanationText } from './explanation.ts';
import { scaleOf } from './forecast-report.ts';
import { type Cell, renderTable, type Table, textCell, unknownCell } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { formatStep, momentOf, type TimeFormat } from './time.ts';

type Horizon = NonNullable<PredictResponse['horizons']>[number];

/** A row a metric and horizon: what programs read. */
export function horizonsTable(answer: PredictBatchResponse, time: TimeFormat): Table {
  const right = { align: 'right' } as const;
  return {
    columns: [
      { title: 'Metric', key: 'metric' },
      { title: 'Ahead', key: 'minutes', ...right },
      { title: 'Time', key: 'timestamp' },
      { title: 'Value', key: 'value', ...right },
      { title: 'Lower', key: 'lower_bound', ...right },
      { title: 'Upper', key: 'upper_bound', ...right },
      { title: 'Unit', key: 'unit' },
      { title: 'Model', key: 'model' },
      { title: 'Version', key: 'version' },
    ],
    rows: Object.values(answer.predictions).flatMap((forecast) => {
      const scale = horizonScale(forecast);
      const number = (value: number | null): Cell =>
        value === null ? unknownCell() : { text: formatValue(value, scale), raw: value };
      return (forecast.horizons ?? []).map((horizon) => [
        textCell(forecast.metric),
        { text: formatStep(horizon.minutes * 60), raw: horizon.minutes },
        { text: time.dateTime(momentOf(horizon.timestamp)), raw: horizon.timestamp },
        number(horizon.value),
        number(horizon.lower_bound),
        number(horizon.upper_bound),
        textCell(forecast.unit),
        textCell(forecast.model),
        forecast.version === null ? unknownCell('not trained') : textCell(forecast.version),
      ]);
    }),
  };
}

/** Many metrics as a terminal shows them: a row a metric, a column a horizon, and what limits them. */
export function batchText(
  answer: PredictBatchResponse,
  options: {
    readonly terminal: Terminal;
    readonly time: TimeFormat;
    readonly horizons: readonly number[];
    readonly isExplained: boolean;
  },
): string {
  const { terminal, time, horizons, isExplained } = options;
  const forecasts = Object.values(answer.predictions);
  const [any] = forecasts;
  if (!any) return 'no metric has an answer\n';
  const title = styled(printable(workloadLabel(any.workload)), 'bold', terminal);
  const mark = any.simulated ? `  ${styled('SIMULATED', 'yellow', terminal)}` : '';
  const oldest = momentOf(forecasts.map(({ data_as_of }) => data_as_of).sort()[0] ?? '');
  const lines = [
    ['data', `as of ${time.dateTime(oldest)}${forecasts.length > 1 ? ', the oldest of them' : ''}`],
    ['bands', bandsOf(forecasts)],
    ...forecasts.flatMap(({ metric, reasons }) =>
      reasons.map(({ code, message }) => ['because', `${metric}: ${message} (${code})`]),
    ),
  ].map(([name, text]) => `  ${(name ?? '').padEnd(9)} ${printable(text ?? '')}`);
  const matrix = renderTable(matrixOf(forecasts, horizons), terminal);
  const explained = forecasts.map(
    (forecast) =>
      `${styled(printable(forecast.metric), 'bold', terminal)}\n${explanationText(forecast, scaleOf(forecast), terminal)}`,
  );
  const head = `${title}${mark}\n${lines.join('\n')}\n`;
  return [head, matrix, ...(isExplained ? explained : [])].join('\n');
}

function bandsOf(forecasts: readonly PredictResponse[]): string {
  const levels = [...new Set(forecasts.flatMap(({ level }) => level ?? []))];
  if (levels.length === 0) return '? none can be given';
  return `in brackets, for ${levels.map(formatShare).join(' or ')} of the later values; ? where there is none`;
}

function matrixOf(forecasts: readonly PredictResponse[], horizons: readonly number[]): Table {
  return {
    columns: [
      { title: 'Metric', key: 'metric' },
      { title: 'Model', key: 'model' },
      { title: 'vs naive', key: 'skill_vs_naive', align: 'right' },
      ...horizons.map((minutes) => ({
        title: formatStep(minutes * 60),
        key: `in_${minutes}_minutes`,
        align: 'right' as const,
      })),
    ],
    rows: forecasts.map((forecast) => {
      const scale = horizonScale(forecast);
      const skill = forecast.skill?.vs_naive ?? null;
      return [
        textCell(forecast.metric),
        textCell(forecast.model),
        skill === null ? unknownCell() : { text: formatGain(skill), raw: skill },
        ...horizons.map((minutes) => {
          const horizon = forecast.horizons?.find((each) => each.minutes === minutes);
          return horizon ? bandCell(horizon, scale) : unknownCell();
        }),
      ];
    }),
  };
}

function bandCell({ value, lower_bound, upper_bound }: Horizon, scale: Scale): Cell {
  const point = formatValue(value, scale);
  if (lower_bound === null || upper_bound === null) return { text: `${point} (?)`, raw: value };
  const lower = formatValue(lower_bound, { ...scale, suffix: '' });
  return { text: `${point} (${lower} to ${formatValue(upper_bound, scale)})`, raw: value };
}

/** One scale for the horizons of a metric. */
function horizonScale(forecast: PredictResponse): Scale {
  return scaleOf({ ...forecast, predictions: forecast.horizons ?? [] });
}
