import type { PredictResponse } from '#contracts/http/predict.ts';
import { formatValue, type Scale, scaleFor } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { explanationColumns, explanationText } from './explanation.ts';
import { coverageSentence, skillSentence, whyUnknown } from './skill.ts';
import { type Cell, renderTable, type Table, unknownCell } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { momentOf, type TimeFormat } from './time.ts';

/** One scale for all numbers of a forecast and what is drawn beside it. */
export function scaleOf(forecast: PredictResponse, others: readonly number[] = []): Scale {
  const own = forecast.predictions.flatMap(({ value, lower_bound, upper_bound }) =>
    [value, lower_bound, upper_bound].filter((number) => number !== null),
  );
  return scaleFor(forecast.unit, [...own, ...others]);
}

/** The forecast's steps: time, value and bounds; `?` where there is no bound. */
export function forecastTable(forecast: PredictResponse, scale: Scale, time: TimeFormat): Table {
  return stepsTable(forecast.predictions, scale, time);
}

/** The forecast's steps with what each member of the blend says, if the answer explains itself. */
export function explainedTable(forecast: PredictResponse, scale: Scale, time: TimeFormat): Table {
  const { columns, rows } = forecastTable(forecast, scale, time);
  if (!forecast.explanation) return { columns, rows };
  const added = explanationColumns(forecast.explanation, rows.length, scale);
  return {
    columns: [...columns, ...added.columns],
    rows: rows.map((row, i) => [...row, ...(added.rows[i] ?? [])]),
  };
}

type Step = PredictResponse['predictions'][number];

function stepsTable(steps: readonly Step[], scale: Scale, time: TimeFormat): Table {
  const quantiles = Object.keys(steps[0]?.quantiles ?? {});
  const number = (value: number | null | undefined): Cell =>
    value === null || value === undefined
      ? unknownCell()
      : { text: formatValue(value, scale), raw: value };
  return {
    columns: [
      { title: 'Time', key: 'timestamp' },
      { title: 'Value', key: 'value', align: 'right' },
      { title: 'Lower', key: 'lower_bound', align: 'right' },
      { title: 'Upper', key: 'upper_bound', align: 'right' },
      ...quantiles.map((q) => ({ title: `q ${q}`, key: `q_${q}`, align: 'right' as const })),
    ],
    rows: steps.map((step) => [
      { text: time.dateTime(momentOf(step.timestamp)), raw: step.timestamp },
      number(step.value),
      number(step.lower_bound),
      number(step.upper_bound),
      ...quantiles.map((q) => number(step.quantiles?.[q])),
    ]),
  };
}

/** The forecast as a terminal shows it: what it is and how good it was, the chart, the numbers. */
export function forecastText(
  forecast: PredictResponse,
  options: {
    readonly terminal: Terminal;
    readonly time: TimeFormat;
    readonly scale: Scale;
    readonly chart?: string | undefined;
    readonly isExplained?: boolean;
  },
): string {
  const { terminal, time, scale, chart, isExplained = false } = options;
  const blocks = [titleBlock(forecast, time, terminal)];
  if (chart !== undefined) blocks.push(chart);
  blocks.push(renderTable(forecastTable(forecast, scale, time), terminal));
  const missing = forecast.predictions.some(({ lower_bound }) => lower_bound === null);
  if (missing) {
    const why = whyUnknown(forecast.reasons, 'no band was asked for, or none can be given');
    blocks.push(`${styled(`? no bounds: ${why}`, 'dim', terminal)}\n`);
  }
  if (forecast.horizons) {
    const table = stepsTable(forecast.horizons, scale, time);
    const ahead = { title: 'Ahead', key: 'minutes', align: 'right' as const };
    const rows = table.rows.map((row, i) => {
      const minutes = forecast.horizons?.[i]?.minutes ?? 0;
      return [{ text: `${minutes} min`, raw: minutes }, ...row];
    });
    blocks.push(renderTable({ columns: [ahead, ...table.columns], rows }, terminal));
  }
  if (isExplained) blocks.push(explanationText(forecast, scale, terminal));
  return blocks.join('\n');
}

function titleBlock(forecast: PredictResponse, time: TimeFormat, terminal: Terminal): string {
  const at = (iso: string) => time.dateTime(momentOf(iso));
  const title = printable(`${workloadLabel(forecast.workload)} ${forecast.metric}`);
  const mark = forecast.simulated ? `  ${styled('SIMULATED', 'yellow', terminal)}` : '';
  const { model, version, stage, trained_at } = forecast;
  const how =
    version === null || trained_at === null
      ? `${model} (not trained)`
      : `${model}, version ${version} (${stage}), trained ${at(trained_at)}`;
  const lines: readonly (readonly [string, string])[] = [
    ['model', `${printable(how)}; --model picks another`],
    ['skill', skillSentence(forecast.skill, forecast.reasons)],
    [
      'coverage',
      coverageSentence(forecast.coverage, forecast.level, forecast.periods, forecast.reasons),
    ],
    ['data', `as of ${at(forecast.data_as_of)}; valid until ${at(forecast.valid_until)}`],
    ...forecast.reasons.map(
      ({ code, message }) => ['because', printable(`${message} (${code})`)] as const,
    ),
  ];
  const body = lines.map(([name, text]) => `  ${name.padEnd(9)} ${text}`).join('\n');
  return `${styled(title, 'bold', terminal)}${mark}\n${body}\n`;
}
