import { renderTable } from '#cli/render/table.ts';
import type { Terminal } from '#cli/render/terminal.ts';
import type { DetectionReport } from './report-schema.ts';
import { categoryTable, fixedTable, optimisedTable, scoreTable } from './tables.ts';

/** A report as text, each table with what its numbers mean. Ends with a line feed. */
export function renderReport(report: DetectionReport, terminal: Terminal): string {
  const { threshold } = report.settings;
  const sections = [
    [
      'NAB score, one threshold for all files and profile: the best on them. 100 is perfect.',
      'Compare only rows of the same files. Told the range: given the minimum and maximum of each\n' +
        'file in advance, which no live system has.',
      scoreTable(report),
    ],
    [
      'The best thresholds θ, and what alarms at score ≥ θ find.',
      'False alarm rows lie outside all windows, right behind one too.',
      optimisedTable(report),
    ],
    [
      `At the fixed threshold ${threshold}. Baselines are left out: it means nothing on their scales.`,
      'In 10 days: of healthy time, all metrics pooled. 2,880 rows: ten days of 5-minute rows.',
      fixedTable(report),
    ],
    [
      'The standard score at the best threshold by category.',
      'Points sum to the score; of: what a perfect detector has there.',
      categoryTable(report),
    ],
  ] as const;
  const tables = sections
    .filter(([, , table]) => table.rows.length > 0)
    .map(([title, note, table]) => [title, note, renderTable(table, terminal)].join('\n'));
  return [headerOf(report), ...tables].join('\n');
}

function headerOf({ data: { name, files, windows, absent } }: DetectionReport): string {
  const sum = (of: (file: (typeof files)[number]) => number) =>
    files.reduce((total, file) => total + of(file), 0);
  const scored = count(sum(({ rows, probation_rows }) => rows - probation_rows));
  const days = sum(({ healthy_rows, step_seconds }) => healthy_rows * step_seconds) / 86_400;
  return [
    `${name}: ${count(files.length)} files, ${count(windows)} windows, ${scored} of ${count(sum(({ rows }) => rows))} rows scored, ${count(Math.round(days))} healthy days of a metric.`,
    ...(absent.length === 0
      ? []
      : [`Not scored: ${count(absent.length)} labelled files that the folder does not hold.`]),
    '',
  ].join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
