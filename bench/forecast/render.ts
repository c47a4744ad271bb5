import { renderTable } from '#cli/render/table.ts';
import type { Terminal } from '#cli/render/terminal.ts';
import type { BenchmarkReport } from './report-schema.ts';
import {
  accuracyTable,
  comparisonTable,
  coverageTable,
  isPartial,
  scaledErrorTable,
  timeTable,
} from './tables.ts';

/** A report as text, each table with what its numbers mean. Ends with a line feed. */
export function renderReport(report: BenchmarkReport, terminal: Terminal): string {
  const { settings } = report;
  const interval = `${settings.bootstrap_level * 100} % interval of ${count(settings.bootstrap_draws)} draws`;
  const sections = [
    [
      'Error against naive: rMAE, the geometric mean over series; below 1 is better.',
      'all: geometric mean of the columns · pooled: the cells of a series pooled · won: share of series',
      accuracyTable(report),
    ],
    [
      'Coverage of the 80 % band, in brackets the mean distance of a series from 80 %.',
      'A perfect band misses too where a series has few cells.',
      coverageTable(report),
    ],
    ['Scaled and relative errors, means over series.', '', scaledErrorTable(report)],
    [
      `Ratios with the ${interval} of a paired bootstrap over series (seed ${settings.seed}).`,
      'An interval that holds 1 is a tie.',
      comparisonTable(report),
    ],
    [
      'Times by the clock, medians; compare them on an idle machine with --workers 1.',
      trainingLine(report),
      timeTable(report),
    ],
  ] as const;
  const tables = sections
    .filter(([, , table]) => table.rows.length > 0 && table.columns.length > 1)
    .map(([title, note, table]) =>
      [title, ...(note ? [note] : []), renderTable(table, terminal)].join('\n'),
    );
  return [headerOf(report), ...tables, ...notesOf(report)].join('\n');
}

function headerOf({ data, settings }: BenchmarkReport): string {
  const trained =
    settings.model_age_hours === null
      ? 'at the last midnight UTC before each cutoff'
      : `${settings.model_age_hours} h before each cutoff`;
  const cutoffs = data.slow_only ? 'slow cutoffs' : 'cutoffs';
  return [
    `${data.name}: ${data.series} series every ${data.step_seconds} s, ${count(data.cutoffs)} ${cutoffs}, ${count(data.cells)} cells scored.`,
    `Models were trained ${trained} and moved forward by update.\n`,
  ].join('\n');
}

function trainingLine({ training }: BenchmarkReport): string {
  if (training.median_ms === null || training.max_ms === null) return '';
  const [median, most] = [training.median_ms, training.max_ms].map((ms) => ms.toFixed(0));
  return `A whole training (fits, backtest, blends) took ${median} ms, ${most} ms at most, ${count(training.trainings)} of them.`;
}

function notesOf({ models, data }: BenchmarkReport): readonly string[] {
  const partial = models
    .filter((model) => isPartial(model, data.cells))
    .map(
      ({ name, cells }) =>
        `* ${name} is scored on ${count(cells)} of ${count(data.cells)} cells, naive on the same ones.\n`,
    );
  const failures = models.flatMap(({ name, failures: own }) =>
    own.map(
      ({ code, message, cutoffs }) =>
        `${name} gave no forecast at ${count(cutoffs)} cutoffs: ${message} (${code})\n`,
    ),
  );
  return [...partial, ...failures];
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
