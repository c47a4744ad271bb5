import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  REPLAY_LIMITS,
  type ReplayDetail,
  type ReplayReport,
  type ReplayRequest,
} from '#contracts/http/replay.ts';
import { DomainError, ERROR_CATALOGUE } from '#core/errors.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { SECOND, toIso } from '#core/time.ts';
import { formatCount } from '#core/units.ts';
import type { ApiClient } from '../client.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { EXIT_FAULT, EXIT_FINDINGS, EXIT_INSUFFICIENT } from '../failure.ts';
import { foreignError } from '../foreign-error.ts';
import { inferStep } from '../import/infer-step.ts';
import { readFromFile } from '../import/read-from-file.ts';
import { type FilePoint, type FilePoints, readPoints } from '../import/read-points.ts';
import { startProgress } from '../render/progress.ts';
import { replayHtml } from '../render/replay-html.ts';
import { replayTable, replayText } from '../render/replay-report.ts';

export interface ReplayFlags extends WorkloadFlags {
  readonly metric?: string;
  readonly days?: number;
  readonly file?: string;
  readonly zone?: string;
  readonly capacity?: number;
  /** Seconds. */
  readonly startUp?: number;
  readonly lag?: number;
  readonly target?: number;
  readonly slo?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly price?: number;
  /** Percent. */
  readonly failUnder?: number;
  readonly html?: string;
}

/**
 * Replays the past and shows what each way to scale would have done.
 *
 * @returns 1 when `--fail-under` says so, 3 when the data do not allow a replay
 */
export async function replay(context: CommandContext, flags: ReplayFlags): Promise<number> {
  const history =
    flags.file === undefined ? undefined : await readHistory(context, flags.file, flags);
  const body: ReplayRequest = { ...requestOf(flags), ...(history && { history }) };
  return context.withSession(async ({ client }) => {
    const { run } = await client.call('startReplay', { body });
    const detail = await follow(context, client, run.run_id);
    const { report } = detail;
    if (!report) return tellEnd(context, detail);
    const { terminal, time } = context;
    if (flags.html !== undefined) {
      const path = resolve(context.environment.workingDirectory, flags.html);
      await save(path, replayHtml(report));
      context.messages.note(`the report is in ${path}`);
    }
    context.print({
      data: detail,
      table: replayTable(report),
      text: () => replayText(report, { terminal, time }),
    });
    return isUnder(report, flags.failUnder) ? EXIT_FINDINGS : 0;
  });
}

function requestOf(flags: ReplayFlags): ReplayRequest {
  const { metric, days, capacity, startUp, lag, target, slo, minimum, maximum, price } = flags;
  return {
    ...workloadOf(flags),
    ...(metric !== undefined && { metric: canonicalMetric(metric) }),
    ...(days !== undefined && { days }),
    ...(capacity !== undefined && { capacity_per_unit: capacity }),
    ...(startUp !== undefined && { start_up_seconds: startUp }),
    ...(lag !== undefined && { metric_lag_steps: lag }),
    ...(target !== undefined && { target_utilization: target }),
    ...(slo !== undefined && { slo_utilization: slo }),
    ...(minimum !== undefined && { minimum_units: minimum }),
    ...(maximum !== undefined && { maximum_units: maximum }),
    ...(price !== undefined && { price_per_unit_hour: price }),
  };
}

/** Fewer saved than asked for; a replay at unequal cost has shown nothing, and so not enough. */
function isUnder({ verdict }: ReplayReport, percent: number | undefined): boolean {
  if (percent === undefined) return false;
  if (verdict.finding === 'not_comparable') return true;
  // Without a minute short there is nothing to save: only more of them would be worse.
  const saved = verdict.saved_fraction ?? (verdict.saved_minutes < 0 ? -Infinity : Infinity);
  return 100 * saved < percent;
}

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 2_000;

async function follow(
  { environment, quiet }: CommandContext,
  client: ApiClient,
  id: string,
): Promise<ReplayDetail> {
  const progress = startProgress(environment, { total: 1, title: 'replaying', quiet });
  try {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
      const detail = await client.call('getReplay', { params: { id } });
      if (detail.run.finished_at !== null) return detail;
      await environment.sleep(pollMs);
    }
  } finally {
    progress.stop();
  }
}

/** Says why there is no report. @returns the exit code */
function tellEnd(context: CommandContext, { run }: ReplayDetail): number {
  const { code, message } = run.error ?? { code: 'UNKNOWN', message: 'the run left no report' };
  context.messages.warn(`${run.run_id} has ${run.state}: ${message} (${code})`);
  if (run.state === 'refused') return EXIT_INSUFFICIENT;
  const row = Object.entries(ERROR_CATALOGUE).find(([known]) => known === code);
  return row?.[1].exit ?? EXIT_FAULT;
}

async function save(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const { message } = foreignError(error);
    throw new DomainError('CONFIG_INVALID', `cannot write ${path}: ${message}`, { path }, error);
  }
}

/** The demand of a file on a regular grid, what is missing as null. */
async function readHistory(
  context: CommandContext,
  file: string,
  { metric, zone }: ReplayFlags,
): Promise<NonNullable<ReplayRequest['history']>> {
  const wanted = metric === undefined ? undefined : canonicalMetric(metric);
  const points = await readFromFile(context, file, (input) =>
    readPoints(input, {
      metric: wanted ?? 'value',
      zone,
      most: REPLAY_LIMITS.maxSteps,
      wants: (name) => wanted === undefined || canonicalMetric(name) === wanted,
    }),
  );
  const [first, ...others] = points.metrics;
  if (!first || others.length > 0) {
    const known = [...points.metrics.keys(), ...points.others];
    if (!first && points.rejected > 0) {
      const message = `${file} has no value that can be read`;
      throw new DomainError('IMPORT_INVALID', message, { problems: problemsOf(points) });
    }
    const message = first
      ? `${file} holds ${known.length} metrics: name one with --metric`
      : `${file} has no value that can be read`;
    throw new DomainError(first ? 'METRIC_UNKNOWN' : 'SERIES_EMPTY', message, { known });
  }
  if (points.rejected > 0) {
    const count = formatCount(points.rejected);
    context.messages.warn(`${count} rows of ${file} were not read: ${problemsOf(points)[0]}`);
  }
  return onGrid(first[1]);
}

function problemsOf({ problems }: FilePoints): readonly string[] {
  return problems.map(({ line, reason }) => `line ${line}: ${reason}`);
}

function onGrid(points: readonly FilePoint[]): NonNullable<ReplayRequest['history']> {
  const step = inferStep(points.map(({ at }) => at));
  const start = points[0]?.at;
  const end = points.at(-1)?.at;
  if (start === undefined || end === undefined) throw new RangeError('a series needs a point');
  const length = Math.round((end - start) / step) + 1;
  if (length > REPLAY_LIMITS.maxSteps) {
    const message = `the file spans ${formatCount(length)} steps, at most ${formatCount(REPLAY_LIMITS.maxSteps)} are replayed`;
    throw new DomainError('PAYLOAD_TOO_LARGE', message, { limit: REPLAY_LIMITS.maxSteps });
  }
  const values = Array.from<number | null>({ length }).fill(null);
  // Times that are not quite on the grid belong to the point next to them.
  for (const { at, value } of points) values[Math.round((at - start) / step)] = value;
  return { start: toIso(start), step_seconds: step / SECOND, values };
}
