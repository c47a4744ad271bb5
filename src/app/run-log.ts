import type { Reason } from '#contracts/http/common.ts';
import {
  type Run,
  type RunDetail,
  RunSchema,
  type RunWorkload,
  RunWorkloadSchema,
  type StageName,
} from '#contracts/http/train.ts';
import { RunIdSchema } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, type Clock, DAY, type EpochMs, toIso } from '#core/time.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';
import { parseRecord, readRecord, updateRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const RUNS = 'runs';
const RUN_LIFETIME_DAYS = 90;

/** What training runs did, stage by stage: written by the pipeline, read by the API. */
export interface RunLog {
  /** @returns false when a run of this id exists already */
  create(runId: string, trigger: Run['trigger']): Promise<boolean>;
  get(runId: string): Promise<Run | undefined>;
  /** @throws {DomainError} `NOT_FOUND` */
  detail(runId: string): Promise<RunDetail>;
  /** Newest first. */
  list(limit: number): Promise<readonly Run[]>;
  planned(runId: string, workloads: number): Promise<void>;
  stageStarted(runId: string, workload: WorkloadKey, stage: StageName): Promise<void>;
  stageEnded(
    runId: string,
    workload: WorkloadKey,
    stage: StageName,
    change: StageEnd,
  ): Promise<void>;
  workloadFailed(runId: string, workload: WorkloadKey, error: Reason): Promise<void>;
  /** Counts the outcomes and closes the run; `error` when the pipeline itself failed. */
  finished(runId: string, error: Reason | null): Promise<Run>;
}

/** What a stage that came to its end adds to the record of its workload. */
export interface StageEnd {
  readonly summary: Readonly<Record<string, unknown>>;
  readonly outcome?: RunWorkload['outcome'];
  readonly refusals?: RunWorkload['refusals'];
  /** Added to what other stages have left out. */
  readonly leftOut?: RunWorkload['left_out'];
  /** Stages that failed beside this one without failing the workload. */
  readonly failed?: readonly StageName[];
}

export function createRunLog(catalog: CatalogStore, clock: Clock): RunLog {
  const runKey = (runId: string) => ({ partition: RUNS, id: runId });
  const workloadKeyOf = (runId: string, workload: WorkloadKey) => ({
    partition: `run#${runId}`,
    id: workload,
  });
  const expiresAt = (): EpochMs => addMs(clock.now(), DAY, RUN_LIFETIME_DAYS);

  const changeRun = (runId: string, change: (run: Run) => Run) =>
    updateRecord(
      catalog,
      RunSchema,
      runKey(runId),
      (run) => {
        if (!run) throw unknownRun(runId);
        return change(run);
      },
      { expiresAt: expiresAt() },
    );

  const changeWorkload = (
    runId: string,
    workload: WorkloadKey,
    change: (current: RunWorkload) => RunWorkload,
  ) =>
    updateRecord(
      catalog,
      RunWorkloadSchema,
      workloadKeyOf(runId, workload),
      (current) => change(current ?? emptyWorkload(workload)),
      { expiresAt: expiresAt() },
    );

  const detailsOf = async (runId: string): Promise<RunWorkload[]> =>
    (await catalog.list(`run#${runId}`)).map((record) => parseRecord(RunWorkloadSchema, record));

  return {
    async create(runId, trigger) {
      const run: Run = {
        run_id: runId,
        trigger,
        state: 'queued',
        created_at: toIso(clock.now()),
        finished_at: null,
        workloads: null,
        trained: 0,
        refused: 0,
        failed: 0,
        error: null,
      };
      const condition = { ifAbsent: true } as const;
      return (
        (await catalog.put(runKey(runId), run, { condition, expiresAt: expiresAt() })) !== undefined
      );
    },

    get: (runId) => readRecord(catalog, RunSchema, runKey(runId)),

    async detail(runId) {
      if (!RunIdSchema.safeParse(runId).success) throw unknownRun(runId);
      const run = await readRecord(catalog, RunSchema, runKey(runId));
      if (!run) throw unknownRun(runId);
      const details = await detailsOf(runId);
      return {
        run: run.finished_at === null ? { ...run, ...countOutcomes(details) } : run,
        details,
      };
    },

    async list(limit) {
      const records = await catalog.list(RUNS, { limit, descending: true });
      return records
        .map((record) => parseRecord(RunSchema, record))
        .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
    },

    async planned(runId, workloads) {
      await changeRun(runId, (run) => ({ ...run, state: 'running', workloads }));
    },

    async stageStarted(runId, workload, stage) {
      const started = toIso(clock.now());
      await changeWorkload(runId, workload, (current) => ({
        ...current,
        outcome: 'running',
        error: null,
        stages: [
          ...current.stages.filter((other) => other.name !== stage),
          { name: stage, state: 'running', started_at: started, finished_at: null, summary: {} },
        ],
      }));
    },

    async stageEnded(runId, workload, stage, end) {
      const finished = toIso(clock.now());
      await changeWorkload(runId, workload, (current) => ({
        ...current,
        outcome: end.outcome ?? current.outcome,
        refusals: [...(end.refusals ?? current.refusals)],
        left_out: withLeftOut(current.left_out, end.leftOut ?? []),
        stages: current.stages.map((other) => {
          if (end.failed?.includes(other.name)) {
            return { ...other, state: 'failed', finished_at: other.finished_at ?? finished };
          }
          return other.name === stage
            ? { ...other, state: 'succeeded', finished_at: finished, summary: { ...end.summary } }
            : other;
        }),
      }));
    },

    async workloadFailed(runId, workload, error) {
      const finished = toIso(clock.now());
      await changeWorkload(runId, workload, (current) => ({
        ...current,
        outcome: 'failed',
        error,
        stages: current.stages.map((stage) =>
          stage.state === 'running' ? { ...stage, state: 'failed', finished_at: finished } : stage,
        ),
      }));
    },

    async finished(runId, error) {
      const counts = countOutcomes(await detailsOf(runId));
      const finishedAt = toIso(clock.now());
      const run = await changeRun(runId, (current) => ({
        ...current,
        ...counts,
        state: error || isAllFailed(counts) ? 'failed' : 'succeeded',
        error,
        finished_at: current.finished_at ?? finishedAt,
      }));
      if (!run) throw unknownRun(runId);
      return run;
    },
  };
}

/** A run in which nothing came to an answer has failed, even if the pipeline itself went through. */
function isAllFailed({ trained, refused, failed }: ReturnType<typeof countOutcomes>): boolean {
  return failed > 0 && trained === 0 && refused === 0;
}

/** One entry a metric and member, the newest: a stage that is repeated says it again. */
function withLeftOut(
  known: RunWorkload['left_out'],
  added: RunWorkload['left_out'],
): RunWorkload['left_out'] {
  const isAdded = (each: RunWorkload['left_out'][number]) =>
    added.some(({ metric, member }) => metric === each.metric && member === each.member);
  return [...known.filter((each) => !isAdded(each)), ...added];
}

function unknownRun(runId: string): DomainError {
  const shown = runId.slice(0, 200);
  return new DomainError('NOT_FOUND', `there is no run ${shown}`, { run_id: shown });
}

function emptyWorkload(workload: WorkloadKey): RunWorkload {
  return {
    workload: parseWorkloadKey(workload),
    outcome: 'running',
    stages: [],
    refusals: [],
    left_out: [],
    error: null,
  };
}

function countOutcomes(details: readonly RunWorkload[]) {
  const count = (outcome: RunWorkload['outcome']) =>
    details.filter((detail) => detail.outcome === outcome).length;
  return { trained: count('trained'), refused: count('refused'), failed: count('failed') };
}
