import { LIMITS } from '#contracts/http/common.ts';
import type { Run, RunDetail } from '#contracts/http/train.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { untracked } from '#core/series/track.ts';
import { formatCount } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import type { ApiClient } from '../client.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { fitsTable, workloadFitsTable } from '../render/fits-table.ts';
import {
  type ComparedRun,
  comparisonText,
  pairFits,
  pairsTable,
} from '../render/run-comparison.ts';
import { type Cell, renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { formatDuration, momentOf, type TimeFormat } from '../render/time.ts';
import { runText } from '../render/training-report.ts';

export interface RunListFlags {
  readonly limit?: number;
}

/** What of a run is looked at; all of it unless said otherwise. */
export interface RunFlags extends WorkloadFlags {
  readonly metric?: string;
}

/** Lists training runs, newest first. */
export async function listRuns(context: CommandContext, flags: RunListFlags): Promise<number> {
  return context.withSession(async ({ client }) => {
    const answer = await client.call('listRuns', { query: { limit: flags.limit } });
    const table = runsTable(answer.runs, context.time);
    context.print({
      data: answer,
      table,
      text: () =>
        answer.runs.length === 0
          ? 'no run yet: helios train\n'
          : renderTable(table, context.terminal),
    });
    return 0;
  });
}

/** Shows one run: its stages, who was left out and why, and every fit with its error. */
export async function showRun(
  context: CommandContext,
  id: string,
  flags: RunFlags,
): Promise<number> {
  return context.withSession(async ({ client }) => {
    const { detail, fits } = await readRun(context, client, id, flags);
    const tablesOf = ({ workload }: RunDetail['details'][number]) => {
      const own = fits.filter((fit) => workloadLabel(fit.workload) === workloadLabel(workload));
      return own.length === 0 ? [] : [renderTable(workloadFitsTable(own), context.terminal)];
    };
    context.print({
      data: { ...detail, fits },
      table: fitsTable(fits),
      text: () => runText(detail, tablesOf, context.terminal),
    });
    return 0;
  });
}

/** Compares two runs, fit by fit: the same workload, metric and model side by side. */
export async function compareRuns(
  context: CommandContext,
  first: string,
  second: string,
  flags: RunFlags,
): Promise<number> {
  return context.withSession(async ({ client }) => {
    const runs = [
      await readRun(context, client, first, flags),
      await readRun(context, client, second, flags),
    ] as const;
    const pairs = pairFits(runs[0].fits, runs[1].fits);
    context.print({
      data: { first: runs[0].detail.run, second: runs[1].detail.run, fits: pairs },
      table: pairsTable(pairs, runs),
      text: () => comparisonText(pairs, runs, context),
    });
    return 0;
  });
}

/** A run and its fits, of what was asked for; says so when there are more than one answer holds. */
async function readRun(
  context: CommandContext,
  client: ApiClient,
  id: string,
  flags: RunFlags,
): Promise<ComparedRun> {
  const limit = LIMITS.maxPageSize;
  const query = { ...workloadOf(flags), metric: flags.metric, limit };
  const detail = await client.call('getRun', { params: { id } });
  const { fits } = await client.call('listFits', { params: { id }, query });
  if (fits.length === limit) {
    context.messages.warn(
      `run ${id} may have more than these ${formatCount(limit)} fits: name a workload or a metric`,
    );
  }
  return { detail: selected(detail, flags), fits };
}

/** The workloads and metrics of a run that the flags name. */
function selected(detail: RunDetail, flags: RunFlags): RunDetail {
  const { deployment, namespace, cluster, container } = flags;
  const isNamed = ({ workload }: RunDetail['details'][number]) =>
    (deployment ?? workload.deployment) === workload.deployment &&
    (namespace ?? workload.namespace) === workload.namespace &&
    (cluster ?? workload.cluster) === workload.cluster &&
    (container ?? workload.container) === workload.container;
  const metric = flags.metric === undefined ? undefined : canonicalMetric(flags.metric);
  const isAbout = (each: { readonly metric: string | null }) =>
    metric === undefined || each.metric === null || untracked(each.metric).metric === metric;
  return {
    run: detail.run,
    details: detail.details.filter(isNamed).map((workload) => ({
      ...workload,
      refusals: workload.refusals.filter(isAbout),
      left_out: workload.left_out.filter(isAbout),
    })),
  };
}

function runsTable(runs: readonly Run[], time: TimeFormat): Table {
  const right = { align: 'right' } as const;
  return {
    columns: [
      { title: 'Run', key: 'run_id' },
      { title: 'Trigger', key: 'trigger' },
      { title: 'State', key: 'state' },
      { title: 'Started', key: 'created_at' },
      { title: 'Took', key: 'duration_ms', ...right },
      { title: 'Trained', key: 'trained', ...right },
      { title: 'Refused', key: 'refused', ...right },
      { title: 'Failed', key: 'failed', ...right },
    ],
    rows: runs.map((run) => [
      textCell(run.run_id),
      textCell(run.trigger),
      textCell(run.state),
      { text: time.dateTime(momentOf(run.created_at)), raw: run.created_at },
      durationCell(run),
      countCell(run.trained),
      countCell(run.refused),
      countCell(run.failed),
    ]),
  };
}

function durationCell({ created_at, finished_at }: Run): Cell {
  if (finished_at === null) return unknownCell('not ended');
  const tookMs = momentOf(finished_at) - momentOf(created_at);
  return { text: formatDuration(tookMs), raw: tookMs };
}

function countCell(count: number): Cell {
  return { text: formatCount(count), raw: count };
}
