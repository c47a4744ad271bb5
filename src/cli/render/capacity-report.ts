import type { CapacityResponse, MetricCapacity } from '#contracts/http/capacity.ts';
import type { Reason } from '#contracts/http/common.ts';
import { counted, formatShare, formatValue, type Scale, scaleFor } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { type Cell, renderTable, type Table, textCell, unknownCell } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { momentOf, type TimeFormat } from './time.ts';

/** A row a metric: mean, 95th percentile and peak with their intervals, and the hour of the peak. */
export function capacityTable(answer: CapacityResponse, time: TimeFormat): Table {
  const right = { align: 'right' } as const;
  return {
    columns: [
      { title: 'Metric', key: 'metric' },
      { title: 'Mean', key: 'mean', ...right },
      { title: 'Lower', key: 'mean_lower', ...right },
      { title: 'Upper', key: 'mean_upper', ...right },
      { title: 'P95', key: 'p95', ...right },
      { title: 'Lower', key: 'p95_lower', ...right },
      { title: 'Upper', key: 'p95_upper', ...right },
      { title: 'Peak', key: 'peak', ...right },
      { title: 'Lower', key: 'peak_lower', ...right },
      { title: 'Upper', key: 'peak_upper', ...right },
      { title: 'Peak hour', key: 'peak_at' },
      { title: 'Seen', key: 'observed_peak', ...right },
    ],
    rows: Object.entries(answer.metrics).map(([metric, capacity]) => [
      textCell(metric),
      ...amountCells(capacity),
      hourCell(capacity, time),
      numberCell(capacity.observed_peak, scaleOf(capacity)),
    ]),
  };
}

/** The plan as a terminal shows it: the period, how it is made, the metrics, the sizes. */
export function capacityText(
  answer: CapacityResponse,
  { time, terminal }: { readonly time: TimeFormat; readonly terminal: Terminal },
): string {
  return [
    titleBlock(answer, time, terminal),
    renderTable(statisticsTable(answer, time), terminal),
    renderTable(sizesTable(answer), terminal),
  ].join('\n');
}

/** The same with a row a statistic, which fits a terminal. */
function statisticsTable({ metrics }: CapacityResponse, time: TimeFormat): Table {
  return {
    columns: [
      { title: 'Metric', key: 'metric', wraps: true },
      { title: 'Hours', key: 'statistic' },
      { title: 'Value', key: 'value', align: 'right' },
      { title: 'Lower', key: 'lower', align: 'right' },
      { title: 'Upper', key: 'upper', align: 'right' },
      { title: 'At', key: 'at' },
    ],
    rows: Object.entries(metrics).flatMap(([metric, capacity]) => {
      const scale = scaleOf(capacity);
      const row = (name: string, { value, lower, upper }: MetricCapacity['mean'], at: Cell) => [
        textCell(metric),
        textCell(name),
        ...[value, lower, upper].map((number) => numberCell(number, scale)),
        at,
      ];
      return [
        row('mean', capacity.mean, textCell('')),
        row('P95', capacity.p95, textCell('')),
        row('peak', capacity.peak, hourCell(capacity, time)),
        [
          textCell(metric),
          textCell('seen'),
          numberCell(capacity.observed_peak, scale),
          textCell(''),
          textCell(''),
          textCell('last 7 days'),
        ],
      ];
    }),
  };
}

function titleBlock(answer: CapacityResponse, time: TimeFormat, terminal: Terminal): string {
  const at = (iso: string) => time.dateTime(momentOf(iso));
  const mark = answer.simulated ? `  ${styled('SIMULATED', 'yellow', terminal)}` : '';
  const title = printable(`${workloadLabel(answer.workload)} ${answer.period}`);
  const { confidence } = answer.insights;
  const held =
    confidence === null
      ? '? how often it has held was not measured at this level'
      : `held ${formatShare(confidence.coverage)} of ${counted(confidence.cases, 'later value')}`;
  const { preset } = answer.recommendations;
  const lines: readonly (readonly [string, string])[] = [
    ['period', `${at(answer.from)} to ${at(answer.to)}, ${counted(answer.hours, 'hour')}`],
    ['zone', `${printable(answer.time_zone)}; --zone picks another`],
    ['interval', `${formatShare(answer.level)} (--level); ${held}`],
    ['preset', `${preset}: ${PRESETS[preset]}; --preset picks another`],
    ...becauseLines(answer),
  ];
  const body = lines.map(([name, text]) => `  ${name.padEnd(9)} ${text}`).join('\n');
  return `${styled(title, 'bold', terminal)}${mark}\n${body}\n`;
}

const PRESETS = {
  quantiles: 'requests cover the upper bound of P95 (memory: of the peak)',
  seeds: 'requests are less than the mean that is expected',
} as const;

/** What metrics have to say, once each, with the metrics that say it. */
function becauseLines(answer: CapacityResponse): readonly (readonly [string, string])[] {
  const said = new Map<string, string[]>();
  const add = (name: string, { code, message }: Reason) => {
    const text = `${message} (${code})`;
    said.set(text, [...(said.get(text) ?? []), name]);
  };
  for (const reason of answer.reasons) add('', reason);
  for (const [metric, { reasons }] of Object.entries(answer.metrics)) {
    for (const reason of reasons) add(metric, reason);
  }
  return [...said].map(([text, metrics]) => {
    const of = metrics.filter((name) => name !== '').join(', ');
    return ['because', printable(of === '' ? text : `${of}: ${text}`)] as const;
  });
}

function sizesTable({ recommendations }: CapacityResponse): Table {
  const row = (name: 'cpu' | 'memory') => {
    const { request, limit, reasons } = recommendations[name];
    const text = reasons.map(({ message }) => message).join('; ');
    const cell = (quantity: string | null) =>
      quantity === null ? unknownCell() : textCell(quantity);
    return [
      textCell(name),
      cell(request),
      cell(limit),
      { ...textCell(text), dim: request === null },
    ];
  };
  return {
    columns: [
      { title: 'One replica', key: 'resource' },
      { title: 'Request', key: 'request', align: 'right' },
      { title: 'Limit', key: 'limit', align: 'right' },
      { title: 'Why', key: 'why', wraps: true },
    ],
    rows: [row('cpu'), row('memory')],
  };
}

function amountCells(capacity: MetricCapacity): readonly Cell[] {
  const scale = scaleOf(capacity);
  return [capacity.mean, capacity.p95, capacity.peak].flatMap(({ value, lower, upper }) =>
    [value, lower, upper].map((number) => numberCell(number, scale)),
  );
}

/** One scale for all numbers of a metric. */
function scaleOf({ unit, mean, p95, peak, observed_peak }: MetricCapacity): Scale {
  const numbers = [mean, p95, peak].flatMap(({ value, lower, upper }) => [value, lower, upper]);
  return scaleFor(
    unit,
    [...numbers, observed_peak].filter((number) => number !== null),
  );
}

function numberCell(value: number | null, scale: Scale): Cell {
  return value === null ? unknownCell() : { text: formatValue(value, scale), raw: value };
}

function hourCell({ peak }: MetricCapacity, time: TimeFormat): Cell {
  if (peak.at === null) return unknownCell('all hours alike');
  return { text: time.dateTime(momentOf(peak.at)), raw: peak.at };
}
