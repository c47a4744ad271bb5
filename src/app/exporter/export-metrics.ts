import type { ExportQuery } from '#contracts/http/scalers.ts';
import { type Clock, durationMs, type EpochMs, epochMs, SECOND } from '#core/time.ts';
import { type WorkloadKey, workloadKey } from '#core/workload.ts';
import { appliesTo } from '../configured-events.ts';
import type { IncidentLog } from '../incident-log.ts';
import type { LastScore, LastScores } from '../last-scores.ts';
import type { ModelRegistry } from '../model-registry.ts';
import { rememberFor } from '../queries/remember.ts';
import type { RunLog } from '../run-log.ts';
import { selectorParts } from '../select-workload.ts';
import type { Workload, WorkloadDirectory } from '../workload-directory.ts';
import { type MetricFamily, renderExposition, renderSample } from './exposition.ts';
import { readWorkloadFacts, type WorkloadFacts, type WorkloadFactsDeps } from './workload-facts.ts';
import { samplesOf, WORKLOAD_FAMILIES, type WorkloadFamily } from './workload-samples.ts';

export interface ExportDeps extends WorkloadFactsDeps {
  readonly directory: WorkloadDirectory;
  readonly incidents: Pick<IncidentLog, 'list'>;
  readonly lastScores: LastScores;
  readonly registry: Pick<ModelRegistry, 'subjects'>;
  readonly runs: Pick<RunLog, 'list'>;
  readonly clock: Clock;
  readonly codeVersion: string;
}

/** What one scrape may hold; a selector in its query asks for a part. */
export interface ExportLimits {
  /** Workloads whose facts are read, in the order of their keys. */
  readonly workloads: number;
  readonly series: number;
  /** Characters, which are bytes: every label is a name, and names are ASCII. */
  readonly characters: number;
}

/** Below the 5 MB of an answer with room for what is said of the service itself. */
export const EXPORT_LIMITS: ExportLimits = {
  workloads: 500,
  series: 20_000,
  characters: 4_500_000,
};

/** Many scrapers, or one that is impatient, cost no more reads than one. */
const FACTS_LIFETIME = durationMs(60 * SECOND);
/** Workloads that are read at the same time. */
const READS_AT_ONCE = 16;
/** Open incidents that are counted, and runs among which the last good one is looked for. */
const [MAX_INCIDENTS, RECENT_RUNS] = [1_000, 20];

/**
 * Builds the export for scrapers. Facts are remembered for a minute, and judged by the clock at each
 * scrape, so that nothing is shown a second longer than it is valid.
 *
 * @returns the export of the workloads that a query names, in Prometheus' text format
 */
export function createExport(
  deps: ExportDeps,
  limits: ExportLimits = EXPORT_LIMITS,
): (query: ExportQuery) => Promise<string> {
  const { clock } = deps;
  const overview = rememberFor(clock, FACTS_LIFETIME, () => readOverview(deps));
  return async (query) => {
    const known = await overview();
    const parts = selectorParts(query);
    const asked = known.workloads.filter(({ id }) => appliesTo(parts, id));
    const read = asked.slice(0, limits.workloads);
    const facts: WorkloadFacts[] = [];
    for (let i = 0; i < read.length; i += READS_AT_ONCE) {
      const some = read.slice(i, i + READS_AT_ONCE);
      facts.push(...(await Promise.all(some.map((workload) => factsOf(deps, known, workload)))));
    }
    const now = clock.now();
    const exported = read.map((workload, i) => ({ workload, facts: facts[i] }));
    return renderExposition([
      ...familiesOf(exported, known, { now, limits, asked: asked.length }),
      ...serviceFamilies(known, deps.codeVersion),
    ]);
  };
}

interface Overview {
  /** In the order of their keys. */
  readonly workloads: readonly Workload[];
  /** Of those that were asked for since. */
  readonly facts: Map<WorkloadKey, Promise<WorkloadFacts>>;
  readonly scores: ReadonlyMap<WorkloadKey, LastScore>;
  readonly openIncidents: ReadonlyMap<WorkloadKey, number>;
  readonly champions: number;
  /** When the last training ended that did what it was asked to. */
  readonly lastTraining: EpochMs | undefined;
}

async function readOverview(deps: ExportDeps): Promise<Overview> {
  const before = epochMs(deps.clock.now() + 1);
  const open = await deps.incidents.list({ state: 'open', before, limit: MAX_INCIDENTS });
  const openIncidents = new Map<WorkloadKey, number>();
  for (const { workload, feedback } of open) {
    if (feedback?.label === 'expected') continue;
    const key = workloadKey(workload);
    openIncidents.set(key, (openIncidents.get(key) ?? 0) + 1);
  }
  const workloads = await deps.directory.list();
  const subjects = await deps.registry.subjects();
  const run = (await deps.runs.list(RECENT_RUNS)).find(({ state }) => state === 'succeeded');
  return {
    workloads: [...workloads].sort((a, b) => (a.key < b.key ? -1 : 1)),
    facts: new Map(),
    scores: await deps.lastScores.list(),
    openIncidents,
    champions: subjects.filter(({ pointer }) => pointer.champion !== null).length,
    lastTraining: run?.finished_at ? epochMs(Date.parse(run.finished_at)) : undefined,
  };
}

/** Read once for each overview; a reading that failed is tried again. */
function factsOf(
  deps: ExportDeps,
  { facts }: Overview,
  workload: Workload,
): Promise<WorkloadFacts> {
  const known = facts.get(workload.key);
  if (known) return known;
  const reading = readWorkloadFacts(deps, workload, deps.clock.now());
  facts.set(workload.key, reading);
  reading.catch(() => facts.delete(workload.key));
  return reading;
}

/** The families of workloads: each workload whole or not at all, as many as the limits let in. */
function familiesOf(
  exported: readonly { readonly workload: Workload; readonly facts: WorkloadFacts | undefined }[],
  known: Overview,
  { now, limits, asked }: { now: EpochMs; limits: ExportLimits; asked: number },
): readonly MetricFamily[] {
  const names = Object.keys(WORKLOAD_FAMILIES) as WorkloadFamily[];
  const samples = new Map(names.map((name) => [name, [] as MetricFamily['samples'][number][]]));
  let [shown, series, characters] = [0, 0, 0];
  for (const { workload, facts } of exported) {
    if (!facts) continue;
    const { key } = workload;
    const last = known.scores.get(key);
    const openIncidents = known.openIncidents.get(key) ?? 0;
    const own = samplesOf({ workload, facts, last, openIncidents }, now);
    const lines = names.flatMap((name) => own[name].map((sample) => renderSample(name, sample)));
    const length = lines.reduce((sum, line) => sum + line.length, 0);
    if (series + lines.length > limits.series || characters + length > limits.characters) break;
    series += lines.length;
    characters += length;
    shown++;
    for (const name of names) samples.get(name)?.push(...own[name]);
  }
  return [
    ...names.map((name) => ({
      ...gauge(name, WORKLOAD_FAMILIES[name], samples.get(name) ?? []),
      ...(name === 'helios_predicted' ? { type: 'untyped' as const } : {}),
    })),
    gauge('helios_export_workloads', 'Workloads in this answer.', plain(shown)),
    gauge(
      'helios_export_workloads_omitted',
      'Workloads that were asked for and left out of this answer: ask for parts of them.',
      plain(asked - shown),
    ),
  ];
}

/** What is true of the service whichever of its processes answers. */
function serviceFamilies(
  { workloads, champions, lastTraining }: Overview,
  version: string,
): readonly MetricFamily[] {
  return [
    gauge('helios_service_info', 'The version that answers.', [
      { labels: { service: 'helios', version }, value: 1 },
    ]),
    gauge('helios_workloads', 'Workloads that were ever observed.', plain(workloads.length)),
    gauge('helios_models_loaded', 'Metrics of workloads that a champion serves.', plain(champions)),
    gauge(
      'helios_last_training_timestamp_seconds',
      'When the last training that succeeded ended.',
      lastTraining === undefined ? [] : plain(lastTraining / SECOND),
    ),
  ];
}

function gauge(name: string, help: string, samples: MetricFamily['samples']): MetricFamily {
  return { name, help, type: 'gauge', samples };
}

function plain(value: number): MetricFamily['samples'] {
  return [{ labels: {}, value }];
}
