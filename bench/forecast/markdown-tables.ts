import { type Cell, renderMarkdown, textCell } from '#cli/render/table.ts';
import { durationMs, HOUR, MINUTE } from '#core/time.ts';
import type { BenchmarkReport } from './report-schema.ts';
import { accuracyTable } from './tables.ts';
import { shortDuration } from './track.ts';

/** What a published table says of its origin. Markdown, written by us. */
export interface TableSource {
  /** What the data are, and where to get them. */
  readonly data: string;
  /** The command that makes the report again. */
  readonly command: string;
}

/** Which rows of a report are published. */
export interface RowChoice {
  /** Names of models in the order they are shown; all unless given. */
  readonly models?: readonly string[];
  /** Names of series, each with what its metric is called; all by their own names unless given. */
  readonly metrics?: ReadonlyMap<string, string>;
}

/** The accuracy of a report's models as Markdown, with where it comes from. */
export function accuracyMarkdown(
  report: BenchmarkReport,
  source: TableSource,
  { models }: Pick<RowChoice, 'models'> = {},
): string {
  const chosen = chooseBy(models, report.models);
  const table = accuracyTable({ ...report, models: chosen });
  const partial = chosen.some(({ cells }) => cells < report.data.cells)
    ? 'Models with * lack some cells: they are scored on those they have, naive on the same ones.\n\n'
    : '';
  const { series, cutoffs } = report.data;
  return (
    `${renderMarkdown(table)}\n${partial}` +
    `Error against naive (rMAE, geometric mean over ${series} series with ${cutoffs} cutoffs; below 1 ` +
    `is better) up to each horizon, then over all. ${originOf(source)}`
  );
}

/**
 * The multi-horizon predictor's table as Markdown: for each metric and model the mean absolute error
 * of the path up to 5, 15 and 30 minutes (up to each bucket of the hourly track), and R² of the
 * longest of these paths. Errors are in the unit of the series.
 */
export function multiHorizonMarkdown(
  report: BenchmarkReport,
  source: TableSource,
  { models, metrics }: RowChoice = {},
): string {
  const shown = metrics
    ? [...metrics].map(([series, title]) => ({ title, ...find(report.series, 'series', series) }))
    : report.series.map((each) => ({ title: each.series, ...each }));
  const paths = shown[0]?.models[0]?.paths ?? [];
  const table = {
    columns: [
      { title: 'Metric', key: 'metric' },
      { title: 'Model', key: 'model' },
      ...paths.map(({ to_step }) => ({
        title: `${horizonTitle(to_step * report.data.step_seconds)} MAE`,
        key: `mae_${to_step}`,
        align: 'right' as const,
      })),
      { title: 'R²', key: 'r2', align: 'right' as const },
    ],
    rows: shown.flatMap(({ title, models: own }) =>
      chooseBy(models, own).map((model) => [
        textCell(title),
        textCell(model.name),
        ...model.paths.map(({ mae }) => errorCell(mae)),
        r2Cell(model.paths.at(-1)?.r2 ?? null),
      ]),
    ),
  };
  return `${renderMarkdown(table)}\n${originOf(source)}`;
}

function originOf({ data, command }: TableSource): string {
  return `Data: ${data}. Made by \`${command}\`.\n`;
}

function chooseBy<T extends { readonly name: string }>(
  names: readonly string[] | undefined,
  all: readonly T[],
): T[] {
  return names ? names.map((name) => find(all, 'name', name)) : [...all];
}

/** @throws {RangeError} when the report has none of this name */
function find<K extends string, T extends Readonly<Record<K, string>>>(
  all: readonly T[],
  key: K,
  name: string,
): T {
  const found = all.find((each) => each[key] === name);
  if (!found) throw new RangeError(`the report has no ${key} ${name}`);
  return found;
}

/** `5-min` as the seed writes it; from an hour on `3h`, `7d`. */
function horizonTitle(seconds: number): string {
  const length = durationMs(seconds * 1_000);
  return length < HOUR ? `${length / MINUTE}-min` : shortDuration(length);
}

/** Three digits, and never in scientific notation. */
function errorCell(value: number | null): Cell {
  if (value === null) return { text: '-', raw: null };
  const text = value >= 1_000 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
  return { text, raw: value };
}

function r2Cell(value: number | null): Cell {
  return value === null ? { text: '-', raw: null } : { text: value.toFixed(2), raw: value };
}
