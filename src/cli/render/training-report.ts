import type { ModelDetail } from '#contracts/http/catalog.ts';
import type { RunDetail, RunWorkload } from '#contracts/http/train.ts';
import { formatCount, formatGain, formatShare, formatSingle, unitOf } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { STAGE_TITLES, stageSummary } from './stage-summary.ts';
import {
  type Cell,
  renderTable,
  type Table,
  textCell,
  unknownCell,
  withoutColumns,
} from './table.ts';
import { styled, type Terminal } from './terminal.ts';

/** One stage of one workload on one line, as it is printed when it ends. */
export function stageLine(workload: RunWorkload, stage: RunWorkload['stages'][number]): string {
  const summary = stageSummary(stage.name, stage.summary);
  const state = stage.state === 'succeeded' ? 'done' : stage.state;
  const title = STAGE_TITLES[stage.name].padEnd(19);
  return printable(
    `${workloadLabel(workload.workload)}  ${title}  ${state}${summary === '' ? '' : `  ${summary}`}`,
  );
}

/** Everything a finished run says: stages, refusals, members left out, and the comparison. */
export function trainingText(
  detail: RunDetail,
  models: readonly ModelDetail[],
  terminal: Terminal,
): string {
  const tablesOf = ({ workload }: RunWorkload) => {
    const label = workloadLabel(workload);
    const own = models.filter((model) => workloadLabel(model.workload) === label);
    return own.map((model) => {
      const title = `${model.metric}: version ${model.version} is ${model.stage}; ${model.decision.message} (${model.decision.code})`;
      return `  ${printable(title)}\n${renderTable(membersTable(model), terminal)}`;
    });
  };
  return runText(detail, tablesOf, terminal);
}

/** A run with its workloads; `tablesOf` gives what stands below the stages of each. */
export function runText(
  { run, details }: RunDetail,
  tablesOf: (workload: RunWorkload) => readonly string[],
  terminal: Terminal,
): string {
  const blocks = details.map((workload) => workloadBlock(workload, tablesOf(workload), terminal));
  const error = run.error ? `\n  error: ${printable(run.error.message)} (${run.error.code})` : '';
  const caption = `run ${run.run_id} ${run.state}: ${run.trained} trained, ${run.refused} refused, ${run.failed} failed`;
  return `${[...blocks, `${printable(caption)}${error}\n`].join('\n')}`;
}

function workloadBlock(
  workload: RunWorkload,
  tables: readonly string[],
  terminal: Terminal,
): string {
  const lines = [
    `${styled(printable(workloadLabel(workload.workload)), 'bold', terminal)}  ${workload.outcome}`,
  ];
  const titles = workload.stages.map(({ name }, index) => `${index + 1}. ${STAGE_TITLES[name]}`);
  const width = Math.max(...titles.map(({ length }) => length), 0);
  workload.stages.forEach((stage, index) => {
    const summary = stageSummary(stage.name, stage.summary);
    const title = (titles[index] ?? '').padEnd(width);
    lines.push(printable(`  ${title} ${stage.state}${summary === '' ? '' : `: ${summary}`}`));
  });
  for (const { metric, code, message } of workload.refusals) {
    lines.push(
      printable(`  refused   ${metric === null ? '' : `${metric}: `}${message} (${code})`),
    );
  }
  for (const { metric, member, code, message } of workload.left_out) {
    const of = metric === null ? '' : ` for ${metric}`;
    lines.push(printable(`  left out  ${member}${of}: ${message} (${code})`));
  }
  if (workload.error) {
    lines.push(printable(`  error     ${workload.error.message} (${workload.error.code})`));
  }
  return `${lines.join('\n')}\n${tables.map((table) => `\n${table}`).join('')}`;
}

/** Every member of every version with its errors in the backtest, and which one answers. */
export function comparisonTable(models: readonly ModelDetail[]): Table {
  const right = { align: 'right' } as const;
  return {
    columns: [
      { title: 'Metric', key: 'metric' },
      { title: 'Member', key: 'member' },
      { title: 'MAE', key: 'mae', ...right },
      { title: 'RMSE', key: 'rmse', ...right },
      { title: 'MAPE', key: 'mape', ...right },
      { title: 'vs naive', key: 'skill_vs_naive', ...right },
      { title: 'vs yesterday', key: 'skill_vs_seasonal_naive', ...right },
      { title: 'Cases', key: 'cases', ...right },
      { title: 'Serves', key: 'serves' },
    ],
    rows: models.flatMap((model) => model.backtest.map((row) => comparisonRow(model, row))),
  };
}

/** The comparison of one version, whose metric the title has named. */
function membersTable(model: ModelDetail): Table {
  return withoutColumns(comparisonTable([model]), ['metric']);
}

function comparisonRow(model: ModelDetail, row: ModelDetail['backtest'][number]): readonly Cell[] {
  const { pooled } = row;
  const unit = unitOf(model.metric);
  const amount = (value: number | null): Cell =>
    value === null ? unknownCell('not measured') : { text: formatSingle(value, unit), raw: value };
  const gain = (skill: number | null): Cell =>
    skill === null ? unknownCell('no reference') : { text: formatGain(skill), raw: skill };
  const answers = row.member === model.model;
  const isChampion = model.stage === 'champion';
  return [
    textCell(model.metric),
    textCell(row.member),
    amount(pooled.mae),
    amount(pooled.rmse),
    pooled.mape === null
      ? unknownCell('near zero')
      : { text: formatShare(pooled.mape), raw: pooled.mape },
    gain(pooled.skill_vs_naive),
    gain(pooled.skill_vs_seasonal_naive),
    { text: formatCount(pooled.cases), raw: pooled.cases },
    answers ? textCell(isChampion ? 'yes' : 'if promoted') : textCell(''),
  ];
}
