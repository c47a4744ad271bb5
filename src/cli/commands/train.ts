import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import * as z from 'zod';
import { newRunId } from '#app/training/run-id.ts';
import type { ModelDetail } from '#contracts/http/catalog.ts';
import type { RunDetail } from '#contracts/http/train.ts';
import { DomainError, ERROR_CATALOGUE } from '#core/errors.ts';
import { workloadLabel } from '#core/workload.ts';
import type { ApiClient } from '../client.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { readTextIfAny } from '../config-file.ts';
import { EXIT_FAULT, EXIT_INSUFFICIENT } from '../failure.ts';
import { type Progress, startProgress } from '../render/progress.ts';
import { comparisonTable, stageLine, trainingText } from '../render/training-report.ts';
import { parseTrainFile, type TrainKeys } from '../train-file.ts';

export interface TrainFlags extends WorkloadFlags {
  readonly hours?: number;
  readonly target?: string;
  readonly metric?: string;
  readonly metrics?: string;
  readonly model?: string;
  readonly modelType?: string;
  readonly config?: string;
  /** false with --no-wait */
  readonly wait: boolean;
}

/**
 * Trains, and shows the stages as they happen, the refusals with what is missing, and how every
 * member compares.
 *
 * @returns 3 when every workload was refused; a failed run ends with the exit code of its error
 */
export async function train(context: CommandContext, flags: TrainFlags): Promise<number> {
  const request = await requestOf(context, flags);
  return context.withSession(async ({ client, isInProcess }) => {
    if (!flags.wait && isInProcess) {
      const message =
        '--no-wait needs a running server: without one the run would end with the command';
      throw new DomainError('CONFIG_INVALID', message, { try: 'helios serve' });
    }
    const runId = newRunId(context.environment.clock.now(), randomBytes(3).toString('hex'));
    const answer = await client.call('train', { body: { ...request, run_id: runId } });
    if (!flags.wait) {
      const { run } = answer;
      context.messages.note(`run ${run.run_id} was started`);
      const table = comparisonTable([]);
      context.print({ data: answer, table, text: () => `${run.run_id}\n` });
      return 0;
    }
    const detail = await follow(context, client, answer.run.run_id);
    const models = await modelsOf(client, detail);
    context.print({
      data: { ...detail, models },
      table: comparisonTable(models),
      text: () => trainingText(detail, models, context.terminal),
    });
    return exitCodeOfRun(detail);
  });
}

/** Spellings of one thing: a flag in any of them overrides the file in all of them. */
const SYNONYMS = [
  ['target', 'metric', 'metrics'],
  ['model', 'model_type'],
] as const;

/** The keys of the file, which the flags override. */
async function requestOf(context: CommandContext, flags: TrainFlags): Promise<TrainKeys> {
  const given = fromFlags(flags);
  if (flags.config === undefined) return given;
  const { environment, messages } = context;
  const path = resolve(environment.workingDirectory, flags.config);
  const text = await readTextIfAny(path);
  if (text === undefined) {
    throw new DomainError('CONFIG_INVALID', `there is no configuration file ${path}`, { path });
  }
  const { keys, models, notes } = parseTrainFile(text, path);
  const overridden = SYNONYMS.filter((names) => names.some((name) => name in given)).flat();
  const kept = Object.entries(keys).filter(([key]) => !overridden.some((name) => name === key));
  const request: TrainKeys = { ...Object.fromEntries(kept), ...given };
  const model = request.model ?? request.model_type ?? 'auto';
  if (models && !models.includes(model)) {
    const message = `${path} configures a network, and the model asked for is ${model}`;
    throw new DomainError('CONFIG_INVALID', message, { model, allowed: models });
  }
  for (const note of notes) messages.note(`${flags.config} ${note}`);
  return request;
}

function fromFlags(flags: TrainFlags): TrainKeys {
  return {
    ...workloadOf(flags),
    ...(flags.hours !== undefined && { hours: flags.hours }),
    ...(flags.target !== undefined && { target: flags.target }),
    ...(flags.metric !== undefined && { metric: flags.metric }),
    ...(flags.metrics !== undefined && {
      metrics: flags.metrics.split(',').map((name) => name.trim()),
    }),
    ...(flags.model !== undefined && { model: flags.model }),
    ...(flags.modelType !== undefined && { model_type: flags.modelType }),
  };
}

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 2_000;

async function follow(
  context: CommandContext,
  client: ApiClient,
  runId: string,
): Promise<RunDetail> {
  const { environment, quiet } = context;
  const progress = startProgress(environment, { total: 1, title: 'training', quiet });
  const said = new Set<string>();
  try {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
      const detail = await client.call('getRun', { params: { id: runId } });
      report(detail, said, progress);
      if (detail.run.finished_at !== null) return detail;
      await environment.sleep(pollMs);
    }
  } finally {
    progress.stop();
  }
}

/** Every stage is said once, when it has ended. */
function report(detail: RunDetail, said: Set<string>, progress: Progress): void {
  for (const workload of detail.details) {
    for (const stage of workload.stages) {
      const key = `${workloadLabel(workload.workload)} ${stage.name} ${stage.started_at}`;
      if (stage.state === 'running' || said.has(key)) continue;
      said.add(key);
      progress.line(stageLine(workload, stage));
    }
  }
  const { workloads, trained, refused, failed } = detail.run;
  if (workloads !== null && workloads > 0) {
    const done = trained + refused + failed;
    progress.update(done / workloads, `${done} of ${workloads} workloads`);
  }
}

/** What `register` says of each metric: the version that the training gave, new or there already. */
const RegisteredSchema = z.object({
  metrics: z.record(z.string(), z.object({ id: z.string() })),
});

/** The versions that the run gave, each with its backtest. */
async function modelsOf(
  client: ApiClient,
  { details }: RunDetail,
): Promise<readonly ModelDetail[]> {
  const models: ModelDetail[] = [];
  for (const { stages } of details) {
    const registered = RegisteredSchema.safeParse(
      stages.find(({ name }) => name === 'register')?.summary,
    );
    for (const { id } of Object.values(registered.data?.metrics ?? {})) {
      models.push(await client.call('getModel', { params: { id } }));
    }
  }
  return models;
}

function exitCodeOfRun({ run, details }: RunDetail): number {
  const error = run.error ?? details.find((workload) => workload.error)?.error ?? null;
  if (run.state === 'failed' || (error && run.trained === 0)) {
    const row = Object.entries(ERROR_CATALOGUE).find(([code]) => code === error?.code);
    return row?.[1].exit ?? EXIT_FAULT;
  }
  return run.trained === 0 && run.refused > 0 ? EXIT_INSUFFICIENT : 0;
}
