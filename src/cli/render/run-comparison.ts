import { isDeepStrictEqual } from 'node:util';
import type { Fit } from '#contracts/http/fits.ts';
import type { Run, RunDetail } from '#contracts/http/train.ts';
import { formatGain, unitOf } from '#core/units.ts';
import { workloadKey, workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { errorCell, scaleOfErrors } from './fits-table.ts';
import {
  type Cell,
  renderTable,
  type Table,
  textCell,
  unknownCell,
  withoutColumns,
} from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { momentOf, type TimeFormat } from './time.ts';

/** One model of one metric in two runs; null where a run does not have it. */
export interface FitPair {
  readonly workload: Fit['workload'];
  readonly metric: string;
  readonly model: string;
  readonly first: Fit | null;
  readonly second: Fit | null;
  /** Change of the mean absolute error as a share of the first; null without both, or from 0. */
  readonly mae_change: number | null;
  readonly same_data: boolean | null;
  /** Parameters that differ, by their path; null: not given. */
  readonly parameters: Readonly<
    Record<string, { readonly first: unknown; readonly second: unknown }>
  >;
}

/** A run with the fits of it that are compared. */
export interface ComparedRun {
  readonly detail: RunDetail;
  readonly fits: readonly Fit[];
}

/** Puts the fits of two runs side by side, by workload and metric; what is new comes last of a metric. */
export function pairFits(first: readonly Fit[], second: readonly Fit[]): readonly FitPair[] {
  const rest = new Map(second.map((fit) => [subjectOf(fit), fit]));
  const pairs = first.map((fit) => {
    const other = rest.get(subjectOf(fit)) ?? null;
    rest.delete(subjectOf(fit));
    return pairOf(fit, other);
  });
  const added = [...rest.values()].map((fit) => pairOf(null, fit));
  const metricOf = ({ workload, metric }: FitPair) => `${workloadKey(workload)}#${metric}`;
  return [...pairs, ...added].sort((a, b) =>
    metricOf(a) === metricOf(b) ? 0 : metricOf(a) < metricOf(b) ? -1 : 1,
  );
}

function subjectOf({ workload, metric, model }: Fit): string {
  return [workloadKey(workload), metric, model].join('#');
}

function pairOf(first: Fit | null, second: Fit | null): FitPair {
  const either = first ?? second;
  if (!either) throw new RangeError('a pair needs one fit or more');
  const { workload, metric, model } = either;
  const both = first !== null && second !== null;
  return {
    workload,
    metric,
    model,
    first,
    second,
    mae_change: both ? changeOf(first.mae, second.mae) : null,
    same_data: both ? first.data_sha256 === second.data_sha256 : null,
    parameters: both ? differences(first.parameters, second.parameters) : {},
  };
}

function changeOf(first: number | null, second: number | null): number | null {
  if (first === null || second === null) return null;
  if (first === second) return 0;
  return first === 0 ? null : (second - first) / first;
}

function differences(first: Fit['parameters'], second: Fit['parameters']): FitPair['parameters'] {
  const before = flattened(first);
  const after = flattened(second);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changed = names.filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)));
  return Object.fromEntries(
    changed.map((name) => [
      name,
      { first: before.get(name) ?? null, second: after.get(name) ?? null },
    ]),
  );
}

/** Values by their path, as `split.training`; a list is one value. */
function flattened(value: Readonly<Record<string, unknown>>, path = ''): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => {
      const name = `${path}${key}`;
      return isRecord(inner) ? [...flattened(inner, `${name}.`)] : [[name, inner] as const];
    }),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A row a pair: the two errors, how much they differ, and what may be why. */
export function pairsTable(pairs: readonly FitPair[], runs: readonly ComparedRun[]): Table {
  const right = { align: 'right' } as const;
  return {
    columns: [
      { title: 'Workload', key: 'workload' },
      { title: 'Metric', key: 'metric' },
      { title: 'Model', key: 'model' },
      { title: 'First MAE', key: 'first_mae', ...right },
      { title: 'Second MAE', key: 'second_mae', ...right },
      { title: 'Unit', key: 'unit' },
      { title: 'Change', key: 'mae_change', ...right },
      { title: 'Data', key: 'data' },
      { title: 'Parameters', key: 'parameters' },
    ],
    rows: pairs.map((pair) => pairRow(pair, runs)),
  };
}

function pairRow(pair: FitPair, runs: readonly ComparedRun[]): readonly Cell[] {
  const fits = [pair.first, pair.second];
  const scale = scaleOfErrors(fits.flatMap((fit) => fit ?? []));
  const [first, second] = fits.map((fit, i) =>
    fit === null ? unknownCell(whyMissing(pair, runs[i])) : errorCell(fit.mae, scale),
  );
  const { mae_change: change, same_data: same } = pair;
  return [
    textCell(workloadLabel(pair.workload)),
    textCell(pair.metric),
    textCell(pair.model),
    first ?? unknownCell(),
    second ?? unknownCell(),
    textCell(unitOf(pair.metric)),
    change === null ? unknownCell() : { text: formatGain(change), raw: change },
    same === null ? unknownCell() : textCell(same ? 'same' : 'other'),
    textCell(parametersText(pair.parameters)),
  ];
}

/** A member that was left out has its reason in the run. */
function whyMissing({ workload, metric, model }: FitPair, run: ComparedRun | undefined): string {
  const own = run?.detail.details.find(
    (each) => workloadKey(each.workload) === workloadKey(workload),
  );
  const reason = own?.left_out.find((each) => each.metric === metric && each.member === model);
  return reason ? `left out (${reason.code})` : 'not in this run';
}

function parametersText(parameters: FitPair['parameters']): string {
  const text = (value: unknown) =>
    value === null ? 'none' : typeof value === 'string' ? value : (JSON.stringify(value) ?? '?');
  return Object.entries(parameters)
    .map(([name, { first, second }]) => `${name} ${text(first)} -> ${text(second)}`)
    .join('; ');
}

/** The comparison as a terminal shows it: which runs, their fits by workload, and the sum of it. */
export function comparisonText(
  pairs: readonly FitPair[],
  runs: readonly ComparedRun[],
  { terminal, time }: { readonly terminal: Terminal; readonly time: TimeFormat },
): string {
  const head = runs.map(({ detail: { run } }, i) => {
    const started = time.dateTime(momentOf(run.created_at));
    return `${i === 0 ? 'first ' : 'second'}  ${run.run_id}  ${stateOf(run)}, started ${started}`;
  });
  const labels = [...new Set(pairs.map(({ workload }) => workloadLabel(workload)))];
  const blocks = labels.map((label) => {
    const own = pairs.filter(({ workload }) => workloadLabel(workload) === label);
    const table = withoutColumns(pairsTable(own, runs), ['workload', 'unit']);
    return `${styled(printable(label), 'bold', terminal)}\n${renderTable(table, terminal)}`;
  });
  return [`${head.map(printable).join('\n')}\n`, ...blocks, summaryOf(pairs)].join('\n');
}

function stateOf({ trigger, state }: Run): string {
  return `${state} (${trigger})`;
}

function summaryOf(pairs: readonly FitPair[]): string {
  if (pairs.length === 0) return 'neither run has a fit of this\n';
  const count = (matches: (pair: FitPair) => boolean) => pairs.filter(matches).length;
  const both = count(({ first, second }) => first !== null && second !== null);
  const parts = [
    `${both} in both`,
    `${count(({ mae_change }) => mae_change !== null && mae_change < 0)} better in the second`,
    `${count(({ mae_change }) => mae_change !== null && mae_change > 0)} worse`,
    `${count(({ mae_change }) => mae_change === 0)} the same`,
    `${count(({ second }) => second === null)} only in the first`,
    `${count(({ first }) => first === null)} only in the second`,
  ];
  const isOther = pairs.some(({ same_data }) => same_data === false);
  const note =
    'other data: the errors are of other cases, and the data alone may explain a change\n';
  return `${parts.join(', ')}\n${isOther ? note : ''}`;
}
