import { createArtifactStore } from '#adapters/artifact-store.ts';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { createMemoryObservationStore } from '#adapters/local/memory-observation-store.ts';
import type { LoadedDetectors } from '#app/detection/load-detectors.ts';
import type { MarkLog } from '#app/marks.ts';
import { type CollectPlan, collect } from '#app/scheduled/collect.ts';
import { readDetectionFrame } from '#app/scheduled/detection-frame.ts';
import { scoreAnomalies } from '#app/scheduled/score-anomalies.ts';
import { createServices, type Services } from '#app/services.ts';
import type { Incident as HeliosIncident } from '#contracts/http/incidents.ts';
import { residualDetector } from '#core/detect/residual.ts';
import { serviceDetector } from '#core/detect/service.ts';
import { DomainError } from '#core/errors.ts';
import { seededRandom } from '#core/math/random.ts';
import type { Incident } from '#core/simulate/incident.ts';
import { simulateWebshop } from '#core/simulate/webshop.ts';
import { WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { addMs, DAY, durationMs, type EpochMs, epochMs, HOUR } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { reconstruction } from '#engines/xgboost/reconstruction.ts';

/** Days there are at the start, and that detectors learn from. */
export const HISTORY_DAYS = 28;
/**
 * From one scoring to the next. It is every five minutes in life; rows that are scored an hour's worth
 * at a time give the same incidents, as a test shows, and replays need a tenth of the time.
 */
const SCORED_EVERY = durationMs(HOUR);
/** At the end, so many scorings are of one row, to be timed. */
const TIMED = 144;
/** A Monday, so that every seed sees the same days of the week. */
const START: EpochMs = epochMs(Date.UTC(2026, 0, 5));
const ID = workloadId({ deployment: 'webshop' });

/** One shop, and how it is watched. */
export interface ReplayOptions {
  readonly seed: number;
  readonly days: number;
  readonly hasIncidents: boolean;
  readonly usesReconstruction: boolean;
  /** From one training of the detectors to the next. */
  readonly retrainDays: number;
}

/** What became of one shop. */
export interface Replay {
  /** The truth: incidents that begin in the days that were scored. */
  readonly labels: readonly Incident[];
  /** What Helios opened in them, in order. */
  readonly incidents: readonly HeliosIncident[];
  /** Milliseconds of a scoring of one new row, the median. */
  readonly scoreMs: number;
}

/** Watches a shop for some days as a deployed Helios does, forecasts left out. */
export async function replay(options: ReplayOptions): Promise<Replay> {
  const from = addMs(START, DAY, HISTORY_DAYS);
  const to = addMs(from, DAY, options.days);
  let now = from;
  const shop = simulateWebshop({
    seed: options.seed,
    start: START,
    incidents: options.hasIncidents,
    steps: (to - START) / WEBSHOP_STEP,
  });
  const services = {
    ...servicesAt(() => now),
    // The log itself forgets after five weeks of its clock, which begins at the end here.
    marks: marksOf(shop.deployments.map(({ at }) => at)),
  };
  // Everything at once is the same as slot by slot: nothing is read of what lies after `now`.
  now = to;
  await collect(services, workloadKey(ID), planOf(shop));
  now = from;
  const workload = await services.directory.get(ID);
  if (!workload) throw new DomainError('NOT_FOUND', 'the shop was not stored');

  let detectors = await learn(services, options, now);
  let learnedAt = now;
  const times: number[] = [];
  await scoreAnomalies({ ...services, detectorsOf: async () => detectors }, workload, now);
  while (now < to) {
    const isTimed = now >= addMs(to, WEBSHOP_STEP, -TIMED);
    now = addMs(now, isTimed ? WEBSHOP_STEP : SCORED_EVERY);
    const started = performance.now();
    await scoreAnomalies({ ...services, detectorsOf: async () => detectors }, workload, now);
    if (isTimed) times.push(performance.now() - started);
    if (now - learnedAt >= options.retrainDays * DAY) {
      detectors = await learn(services, options, now);
      learnedAt = now;
    }
  }
  const stored = await services.incidents.ofWorkload(workload.key, START);
  return {
    labels: shop.incidents.filter(({ start }) => start >= from),
    incidents: stored.filter(({ opened_at }) => Date.parse(opened_at) >= from).reverse(),
    scoreMs: times.sort((a, b) => a - b)[times.length >> 1] ?? 0,
  };
}

function servicesAt(now: () => EpochMs): Services {
  const objects = createMemoryObjectStore();
  const stores = {
    observations: createMemoryObservationStore(),
    catalog: createMemoryCatalogStore(),
    objects,
    artifacts: createArtifactStore(objects),
  };
  return createServices(stores, { now });
}

function marksOf(deployments: readonly EpochMs[]): MarkLog {
  return {
    add: async () => {},
    deployments: async (_, { from = epochMs(0), to = epochMs(Number.MAX_SAFE_INTEGER) } = {}) =>
      deployments.filter((at) => at >= from && at < to),
  };
}

function planOf({ frame }: ReturnType<typeof simulateWebshop>): CollectPlan {
  const observations = [...frame.series].flatMap(([metric, { values }]) =>
    Array.from(values, (value, i) => {
      const at = addMs(frame.start, frame.step, i);
      return { metric, at, value, source: 'simulator', asOf: at };
    }),
  );
  return {
    source: {
      name: 'simulator',
      collect: async () => ({
        step: frame.step,
        observations,
        counters: [],
        problems: [],
      }),
    },
    metrics: [],
    since: frame.start,
  };
}

/** What the nightly training learns of detectors. */
async function learn(
  services: Services,
  { seed, usesReconstruction }: ReplayOptions,
  now: EpochMs,
): Promise<LoadedDetectors> {
  const workload = await services.directory.get(ID);
  const range = { from: addMs(now, DAY, -HISTORY_DAYS), to: now };
  const frame = workload && (await readDetectionFrame(services, workload, range, []));
  if (!frame) throw new DomainError('SERIES_EMPTY', 'the shop has no history');
  const breaks = await services.marks.deployments(ID, range);
  const random = seededRandom(seed, 'reconstruction');
  return {
    version: String(now),
    trainedAt: now,
    step: frame.step,
    residual: residualDetector().fit(frame, { breaks }),
    service: serviceDetector().fit(frame),
    ...(usesReconstruction
      ? { reconstruction: await reconstruction().fit(frame, { random }) }
      : {}),
    leftOut: [],
  };
}
