import { TIME_EXAMPLES } from '#core/csv/time-format.ts';
import {
  canonicalMetric,
  METRIC_CATALOGUE,
  metricDefinition,
} from '#core/series/metric-catalogue.ts';
import { SECOND, toIso } from '#core/time.ts';
import { formatCount } from '#core/units.ts';
import { workloadId, workloadLabel } from '#core/workload.ts';
import type { CommandContext, WorkloadFlags } from '../command-context.ts';
import { printable } from '../failure.ts';
import { renderTable, type Table, textCell } from '../render/table.ts';
import { formatStep } from '../render/time.ts';
import type { ImportReport, SeriesReport } from './import-file.ts';

/** What became of one file. */
export interface FileReport {
  readonly file: string;
  /** Where rows belong that do not say it themselves. */
  readonly workload: WorkloadFlags & { readonly deployment: string };
  readonly report: ImportReport;
}

/** Series in a text, and in an answer for machines. */
const MOST_ROWS = 20;
const MOST_SERIES = 1_000;

/** Prints how files were understood, what was in them, and what was wrong with it. */
export function showImport(
  context: CommandContext,
  reports: readonly FileReport[],
  dryRun: boolean,
): void {
  context.print({
    data: { dry_run: dryRun, files: reports.map(dataOf) },
    table: seriesTable(reports.flatMap(({ report }) => report.series.slice(0, MOST_SERIES))),
    text: () => reports.map((report) => fileText(context, report, dryRun)).join('\n'),
  });
}

function dataOf({ file, workload, report }: FileReport) {
  const { form, step, series, ...counts } = report;
  return {
    file,
    workload,
    ...counts,
    step_seconds: step / SECOND,
    form: { ...form, leftOut: undefined, left_out: form.leftOut },
    series_count: series.length,
    series: series.slice(0, MOST_SERIES).map(({ outOfRange, first, last, ...each }) => ({
      ...each,
      out_of_range: outOfRange,
      first: toIso(first),
      last: toIso(last),
    })),
  };
}

function seriesTable(series: readonly SeriesReport[]): Table {
  return {
    columns: [
      { title: 'Workload', key: 'workload' },
      { title: 'Metric', key: 'metric' },
      { title: 'Values', key: 'values', align: 'right' },
      { title: 'Gaps', key: 'gaps', align: 'right' },
      { title: 'First', key: 'first' },
      { title: 'Last', key: 'last' },
    ],
    rows: series.map((each) => [
      textCell(labelOf(each)),
      textCell(each.metric),
      { text: formatCount(each.values), raw: each.values },
      { text: formatCount(each.gaps), raw: each.gaps },
      textCell(toIso(each.first)),
      textCell(toIso(each.last)),
    ]),
  };
}

function labelOf({ workload, instance }: Pick<SeriesReport, 'workload' | 'instance'>): string {
  const { deployment = '', ...others } = workload;
  const label = workloadLabel(workloadId({ ...others, deployment }));
  return instance === undefined ? label : `${label} @${instance}`;
}

function fileText(context: CommandContext, file: FileReport, dryRun: boolean): string {
  const { report } = file;
  const counts: readonly (readonly [string, number])[] = [
    ['rows read', report.rows],
    ['values', report.values],
    ...(dryRun
      ? []
      : ([
          ['stored', report.stored],
          ['duplicates', report.duplicates],
          ['superseded', report.superseded],
        ] as const)),
    ['rejected', report.rejected],
    ['missing', report.missing],
    ['repeated in the file', report.repeated],
    ['put together in a step', report.merged],
    ['left out: interpolated by the exporter', report.filled],
  ];
  const always = new Set(['rows read', 'values', 'stored', 'rejected']);
  const lines = counts
    .filter(([name, count]) => count > 0 || always.has(name))
    .map(([name, count]) => `  ${formatCount(count).padStart(10)} ${name}`);
  const parts = [
    titleOf(file, dryRun),
    formOf(report),
    ...lines,
    ...tableOf(context, report),
    ...qualityOf(report),
    ...problemsOf(report),
  ];
  return `${parts.join('\n')}\n`;
}

function titleOf({ file, workload, report }: FileReport, dryRun: boolean): string {
  const labels = new Set(
    report.series.map(({ workload: own }) => labelOf({ workload: own, instance: undefined })),
  );
  const [only = labelOf({ workload, instance: undefined })] = labels;
  const target = labels.size > 1 ? `${formatCount(labels.size)} workloads` : only;
  const step = report.values === 0 ? '' : `, every ${formatStep(report.step / SECOND)}`;
  return printable(`${file} -> ${target}${step}${dryRun ? ' (dry run: nothing was stored)' : ''}`);
}

const DELIMITER_NAMES = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' };

function formOf({ form }: ImportReport): string {
  const { layout, delimiter, decimal, times } = form;
  const time = times === 'row-number' ? 'row numbers' : `${times} (${TIME_EXAMPLES[times]})`;
  const mark = decimal === ',' ? ', decimal comma' : '';
  return `  read as ${layout}, ${DELIMITER_NAMES[delimiter]} between columns${mark}, times ${time}`;
}

function tableOf({ terminal }: CommandContext, { series }: ImportReport): readonly string[] {
  if (series.length === 0) return [];
  const table = renderTable(seriesTable(series.slice(0, MOST_ROWS)), terminal).trimEnd();
  const more = series.length - MOST_ROWS;
  return more > 0 ? [table, `  and ${formatCount(more)} more series`] : [table];
}

/** What is odd about the values: told, never mended. */
function qualityOf({ series, form }: ImportReport): readonly string[] {
  const outside = series.filter(({ outOfRange }) => outOfRange > 0).map(outsideText);
  const flat = series.filter(({ values, smallest, largest }) => values > 2 && smallest === largest);
  const unknown = [...new Set(series.map(({ metric }) => metric))].filter(
    (metric) => !METRIC_CATALOGUE.has(canonicalMetric(metric)),
  );
  const [example] = unknown;
  const shown = unknown.slice(0, 5).join(', ');
  const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : '';
  return [
    ...form.leftOut.map(({ column, reason }) => printable(`  left out: ${column}, ${reason}`)),
    ...outside.slice(0, MOST_ROWS),
    ...flat
      .slice(0, MOST_ROWS)
      .map((each) => `  ${each.metric} of ${labelOf(each)} is ${each.smallest} throughout`),
    ...(example === undefined
      ? []
      : [
          `  without a known unit: ${shown}${more}; --map '${example}=cpu_utilization:percent' would say one`,
        ]),
  ];
}

/** The unit of a known metric is declared, never guessed: percent in a ratio is for people to mend. */
function outsideText({ metric, outOfRange, smallest, largest }: SeriesReport): string {
  const { unit, minimum, maximum } = metricDefinition(metric);
  const isPercent = unit === 'ratio' && smallest >= 0 && largest > 1 && largest <= 100;
  const advice = isPercent
    ? `if they are percent: --map 'COLUMN=${metric}:percent'`
    : "say their unit with --map 'COLUMN=metric:unit', or import them as another metric";
  return `  ${metric} is a ${unit} from ${minimum} to ${maximum}: ${formatCount(outOfRange)} values are not (${smallest} to ${largest}), and will not be used; ${advice}`;
}

function problemsOf({ problems, rejected }: ImportReport): readonly string[] {
  const lines = problems.map(({ line, reason }) =>
    printable(line === 0 ? `  refused by the service: ${reason}` : `  line ${line}: ${reason}`),
  );
  const more = rejected - problems.length;
  return more > 0 ? [...lines, `  and ${formatCount(more)} more`] : lines;
}
