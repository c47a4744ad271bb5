import type * as z from 'zod';
import type {
  Accuracy,
  ModelDetail,
  ModelInfo,
  ModelQuerySchema,
} from '#contracts/http/catalog.ts';
import { DomainError } from '#core/errors.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { untracked } from '#core/series/track.ts';
import { HEARTBEAT_WORKLOAD, isHeartbeat } from '#core/simulate/heartbeat.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import {
  type ModelRegistry,
  type ModelSubject,
  type ModelVersion,
  parseModelId,
  toModelInfo,
} from '../model-registry.ts';
import { selectorParts } from '../select-workload.ts';
import type { BundleLoader } from '../serving/load-bundle.ts';

export interface ModelDeps {
  readonly registry: ModelRegistry;
  readonly bundles: BundleLoader;
}

/** Versions of every workload and metric that match, newest first. */
export async function listModels(
  deps: ModelDeps,
  query: z.output<typeof ModelQuerySchema>,
): Promise<ModelInfo[]> {
  const metric = query.metric && canonicalMetric(query.metric);
  const wanted = selectorParts(query);
  const subjects = (await deps.registry.subjects()).filter((subject) => {
    const id = parseWorkloadKey(subject.workload);
    const matches = (part: 'deployment' | 'namespace' | 'cluster' | 'container') =>
      wanted[part] === undefined || wanted[part] === id[part];
    const isAsked = wanted.namespace === HEARTBEAT_WORKLOAD.namespace || !isHeartbeat(id);
    return (
      isAsked &&
      (metric === undefined || untracked(subject.metric).metric === metric) &&
      (['deployment', 'namespace', 'cluster', 'container'] as const).every(matches)
    );
  });
  const infos: ModelInfo[] = [];
  for (const subject of subjects) {
    for (const version of await deps.registry.versions(subject)) {
      const info = toModelInfo(version, subject.pointer);
      if (query.stage === undefined || info.stage === query.stage) infos.push(info);
    }
  }
  return infos;
}

/** One version with its backtests, coverage and provenance. @throws {DomainError} `NOT_FOUND` */
export async function getModel(deps: ModelDeps, id: string): Promise<ModelDetail> {
  const { version, info, pointer } = await find(deps.registry, id);
  const before = pointer.previous.at(-1);
  const { bundle } = await deps.bundles(version);
  const { backtest } = bundle;
  return {
    ...info,
    backtest: backtest.candidates.map(({ name, pooled, buckets }) => ({
      member: name,
      pooled: accuracy({ ...pooled, fromStep: 1, toStep: backtest.horizon }),
      buckets: buckets.map(accuracy),
    })),
    origins: backtest.origins,
    coverage: bundle.coverage[bundle.serves] ?? [],
    provenance: bundle.provenance,
    rollback_to: before === undefined ? null : { version: before },
  };
}

/** Makes a version the champion. @throws {DomainError} `NOT_FOUND`, `MODEL_CHANGED` */
export async function promoteModel(deps: ModelDeps, id: string) {
  const { subject, version, pointer } = await find(deps.registry, id);
  await deps.registry.promote(subject, version.version, pointer.champion);
  return answer(deps.registry, subject, version, pointer.champion);
}

/**
 * Takes the champion of a version's workload and metric back to the one before it.
 * @returns the version that serves now; when naive serves again, the version that stepped down
 * @throws {DomainError} `NOT_FOUND`, `ROLLBACK_IMPOSSIBLE`
 */
export async function rollbackModel(deps: ModelDeps, id: string) {
  const { subject, version } = await find(deps.registry, id);
  const { from, to } = await deps.registry.rollback(subject);
  const now = to ?? from ?? version.version;
  const shown = (await deps.registry.version(subject, now)) ?? version;
  return answer(deps.registry, subject, shown, from);
}

async function answer(
  registry: ModelRegistry,
  subject: ModelSubject,
  version: ModelVersion,
  previous: string | null,
) {
  const pointer = await registry.pointer(subject);
  if (!pointer) throw new DomainError('NOT_FOUND', `no model of ${subject.metric} is known`);
  return { model: toModelInfo(version, pointer), previous_version: previous };
}

async function find(registry: ModelRegistry, id: string) {
  const { subject, version: name } = parseModelId(id);
  const pointer = await registry.pointer(subject);
  const version = await registry.version(subject, name);
  if (!pointer || !version) {
    throw new DomainError('NOT_FOUND', `there is no model ${id.slice(0, 200)}`, {
      latest: pointer?.latest ?? null,
    });
  }
  return { subject, pointer, version, info: toModelInfo(version, pointer) };
}

type Scores = {
  readonly [K in 'mae' | 'mse' | 'rmse' | 'mape' | 'smape' | 'wape' | 'mase' | 'r2']: number | null;
} & {
  readonly fromStep: number;
  readonly toStep: number;
  readonly skillVsNaive: number | null;
  readonly skillVsSeasonalNaive: number | null;
  readonly cases: number;
};

function accuracy(scores: Scores): Accuracy {
  const { fromStep, toStep, skillVsNaive, skillVsSeasonalNaive, ...rest } = scores;
  return {
    from_step: fromStep,
    to_step: toStep,
    ...rest,
    skill_vs_naive: skillVsNaive,
    skill_vs_seasonal_naive: skillVsSeasonalNaive,
  };
}
