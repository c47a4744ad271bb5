import { type Cell, type Column, type Table, textCell } from '#cli/render/table.ts';
import type { BenchmarkReport, Comparison, ModelReport } from './report-schema.ts';

/** Everything a report says of its models, as tables for any format. */

/** rMAE bucket by bucket and over all, rCRPS, and the share of series won. */
export function accuracyTable({ buckets, data, models }: BenchmarkReport): Table {
  const hasFirstHour = models.some(({ rmae }) => rmae.up_to_1h !== null);
  const firstHour = hasFirstHour
    ? [number('≤1h', 'up_to_1h'), number('≤1h pooled', 'up_to_1h_pooled')]
    : [];
  return {
    columns: [
      { title: 'model', key: 'model' },
      ...buckets.map(({ label }) => number(label, label)),
      ...firstHour,
      number('all', 'all'),
      number('pooled', 'pooled'),
      number('rCRPS', 'rcrps'),
      number('won', 'won'),
    ],
    rows: models.map((model) => [
      nameCell(model, data.cells),
      ...model.rmae.buckets.map(fixed),
      ...(hasFirstHour
        ? [fixed(model.rmae.up_to_1h?.buckets), fixed(model.rmae.up_to_1h?.pooled)]
        : []),
      fixed(model.rmae.all),
      fixed(model.rmae.pooled),
      fixed(model.rcrps.all),
      percent(model.won),
    ]),
  };
}

/** Coverage of the 80 % band bucket by bucket, with the mean miss of a series in brackets. */
export function coverageTable({ buckets, data, models }: BenchmarkReport): Table {
  return {
    columns: [
      { title: 'model', key: 'model' },
      ...buckets.map(({ label }) => number(label, label)),
    ],
    rows: models
      .filter(({ coverage }) => coverage.some((bucket) => bucket.coverage !== null))
      .map((model) => [
        nameCell(model, data.cells),
        ...model.coverage.map(({ coverage, miss }) =>
          coverage === null || miss === null
            ? fixed(null)
            : { text: `${coverage.toFixed(2)} (${miss.toFixed(2)})`, raw: coverage },
        ),
      ]),
  };
}

/** Scaled and relative errors, for readers who know them. */
export function scaledErrorTable({ data, models }: BenchmarkReport): Table {
  return {
    columns: [
      { title: 'model', key: 'model' },
      number('MASE (1 step)', 'mase_step'),
      number('MASE (1 day)', 'mase_day'),
      number('sMAPE', 'smape'),
    ],
    rows: models.map((model) => [
      nameCell(model, data.cells),
      fixed(model.mase_step),
      fixed(model.mase_day),
      fixed(model.smape),
    ]),
  };
}

/** Median times of one fit and of one forecast, and how many times the reference's they are. */
export function timeTable({ models, settings }: BenchmarkReport): Table {
  const ratio = `× ${settings.time_reference}`;
  return {
    columns: [
      { title: 'model', key: 'model' },
      number('fit, ms', 'fit_ms'),
      number(ratio, 'fit_ratio'),
      number('update + predict, ms', 'predict_ms'),
      number(ratio, 'predict_ratio'),
    ],
    rows: models
      .filter(({ origin }) => origin === 'helios')
      .map(({ name, time }) => [
        textCell(name),
        significant(time.fit_ms),
        significant(time.fit_ratio),
        significant(time.predict_ms),
        significant(time.predict_ratio),
      ]),
  };
}

/** Each model against the references: ratio and interval of the paired bootstrap. */
export function comparisonTable({ models }: BenchmarkReport): Table {
  const all = models.flatMap(({ comparisons }) => comparisons);
  const references = models
    .map(({ name }) => name)
    .filter((name) => all.some(({ against }) => against === name));
  const columns = references.flatMap((against) =>
    SCOPES.filter(({ scope }) => all.some((each) => each.scope === scope)).map(
      ({ scope, title }) => ({ against, scope, title: `${title} ÷ ${against}` }),
    ),
  );
  return {
    columns: [
      { title: 'model', key: 'model' },
      ...columns.map(({ title, against, scope }) => number(title, `${scope}_${against}`)),
    ],
    rows: models.map(({ name, comparisons }) => [
      textCell(name),
      ...columns.map(({ against, scope }) =>
        interval(comparisons.find((each) => each.against === against && each.scope === scope)),
      ),
    ]),
  };
}

const SCOPES = [
  { scope: 'all', title: 'all' },
  { scope: 'up_to_1h', title: '≤1h pooled' },
] as const;

/** Whether a model was scored on fewer cells than the report has. */
export function isPartial(model: ModelReport, cells: number): boolean {
  return model.cells < cells;
}

function nameCell(model: ModelReport, cells: number): Cell {
  return textCell(isPartial(model, cells) ? `${model.name} *` : model.name);
}

function number(title: string, key: string): Column {
  return { title, key, align: 'right' };
}

function fixed(value: number | null | undefined): Cell {
  if (value === null || value === undefined) return { text: '', raw: null };
  return { text: value.toFixed(3), raw: value };
}

/** Two digits, and never in scientific notation. */
function significant(value: number | null): Cell {
  if (value === null) return { text: '', raw: null };
  const text = value >= 100 ? value.toFixed(0) : Number(value.toPrecision(2)).toString();
  return { text, raw: value };
}

function percent(share: number | null): Cell {
  return share === null ? fixed(null) : { text: `${Math.round(share * 100)} %`, raw: share };
}

function interval(comparison: Comparison | undefined): Cell {
  if (!comparison) return { text: '', raw: null };
  const { ratio, lower, upper } = comparison;
  return { text: `${ratio.toFixed(3)} [${lower.toFixed(2)}, ${upper.toFixed(2)}]`, raw: ratio };
}
