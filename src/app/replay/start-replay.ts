import {
  type ReplayDetail,
  type ReplayList,
  type ReplayQuery,
  ReplayReportSchema,
  type ReplayRequest,
  ReplayRequestSchema,
  type ReplayRun,
  type ReplayStarted,
} from '#contracts/http/replay.ts';
import { RunIdSchema } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import type { Clock } from '#core/time.ts';
import type { Executions } from '../ports/executions.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { selectorParts } from '../select-workload.ts';
import { newRunId } from '../training/run-id.ts';
import type { ReplayLog } from './replay-log.ts';

export interface StartReplayDeps {
  readonly objects: ObjectStore;
  readonly replays: ReplayLog;
  readonly executions: Executions;
  readonly clock: Clock;
  /** Keeps two runs of one second apart. */
  readonly newSuffix: () => string;
}

/** What tells the runs of replays from those of trainings. */
const PREFIX = 'replay-';
const MAX_BYTES = 5_242_880;

/**
 * Starts a replay as a run. Its id is its idempotency key: asking again with the same id answers with
 * the run that is there, and starts it where a crash came between record and execution.
 * @throws {DomainError} `REQUEST_INVALID`, `STORE_UNAVAILABLE`, `THROTTLED`
 */
export async function startReplay(
  deps: StartReplayDeps,
  request: ReplayRequest,
): Promise<ReplayStarted> {
  selectorParts(request);
  checkUnits(request);
  const { run_id: given, ...asked } = request;
  const own = given ?? newRunId(deps.clock.now(), deps.newSuffix());
  const runId = own.startsWith(PREFIX) ? own : `${PREFIX}${own}`;
  await deps.objects.put(requestKey(runId), encode(asked), { ifAbsent: true });
  const isNew = await deps.replays.create(runId);
  const run = await deps.replays.get(runId);
  if (!run) throw new DomainError('STORE_UNAVAILABLE', `run ${runId} could not be read back`);
  // The request stays in the store: it may be larger than an execution's input may be.
  if (run.finished_at === null) await deps.executions.start(runId, {});
  return { run, started: isNew };
}

function checkUnits({ minimum_units: least = 1, maximum_units: most = Infinity }: ReplayRequest) {
  if (least <= most) return;
  const message = `minimum_units ${least} is above maximum_units ${most}`;
  throw new DomainError('REQUEST_INVALID', message, { minimum_units: least, maximum_units: most });
}

/** A run with its report, once there is one. @throws {DomainError} `NOT_FOUND`, `ARTIFACT_CORRUPT` */
export async function getReplay(
  deps: Pick<StartReplayDeps, 'objects' | 'replays'>,
  runId: string,
): Promise<ReplayDetail> {
  const run = RunIdSchema.safeParse(runId).success ? await deps.replays.get(runId) : undefined;
  if (!run) {
    const shown = runId.slice(0, 200);
    throw new DomainError('NOT_FOUND', `there is no replay ${shown}`, { run_id: shown });
  }
  if (run.state !== 'succeeded') return { run, report: null };
  const report = await readJson(deps.objects, reportKey(runId));
  return { run, report: ReplayReportSchema.parse(report) };
}

/** Replays of what a selector names, newest first; those of data sent along where it names nothing. */
export async function listReplays(
  deps: Pick<StartReplayDeps, 'replays'>,
  { limit, ...selector }: ReplayQuery,
): Promise<ReplayList> {
  const asked = Object.entries(selectorParts(selector)).filter(([, name]) => name !== undefined);
  const matches = (workload: ReplayRun['workload']) => {
    const names = new Map(Object.entries(workload ?? {}));
    return asked.every(([part, name]) => names.get(part) === name);
  };
  return { runs: [...(await deps.replays.list(matches, limit))] };
}

/** What a run was asked for. @throws {DomainError} `ARTIFACT_CORRUPT` when it is gone */
export async function loadReplayRequest(
  objects: ObjectStore,
  runId: string,
): Promise<ReplayRequest> {
  return ReplayRequestSchema.parse(await readJson(objects, requestKey(runId)));
}

/** Where the report of a run lies. */
export function reportKey(runId: string): string {
  return `runs/${runId}/replay.json`;
}

function requestKey(runId: string): string {
  return `runs/${runId}/replay-request.json`;
}

function encode(json: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(json));
}

async function readJson(objects: ObjectStore, key: string): Promise<unknown> {
  const bytes = await objects.get(key, { maxBytes: MAX_BYTES });
  if (!bytes) throw new DomainError('ARTIFACT_CORRUPT', `${key} is missing`, { key });
  return JSON.parse(new TextDecoder().decode(bytes));
}
