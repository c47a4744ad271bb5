import {
  type IngestRequest,
  type IngestResponse,
  type Sample,
  SOURCE_NAME,
} from '#contracts/http/ingest.ts';
import { canonicalMetric, METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { parseTimestamp } from '#core/series/timestamp.ts';
import {
  addMs,
  DAY,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  MINUTE,
  SECOND,
  toIso,
} from '#core/time.ts';
import { NAME_PART, type WorkloadId, workloadId } from '#core/workload.ts';
import type { Observation } from '../ports/observation-store.ts';
import { selectWorkload } from '../select-workload.ts';

export type Rejection = IngestResponse['rejections'][number];

/** A sample that passed every check, ready to be merged. */
export interface AcceptedSample {
  readonly workload: WorkloadId;
  readonly step: DurationMs;
  readonly counter: boolean;
  readonly observation: Observation;
}

export interface ReadSamples {
  readonly accepted: readonly AcceptedSample[];
  readonly rejected: readonly Rejection[];
}

type SamplesRequest = Extract<IngestRequest, { metrics: unknown }>;
type ColumnsRequest = Extract<IngestRequest, { columns: unknown }>;

/** Step of a source that does not say how often it measures, as the seeds' agents do. */
export const DEFAULT_SOURCE_STEP = durationMs(15 * SECOND);
/** As long as raw observations are kept. */
const MAX_AGE = durationMs(35 * DAY);
/** Clocks of agents may run ahead by this much. */
const MAX_AHEAD = durationMs(5 * MINUTE);

/** Labels that tell instances of one workload apart, the most specific first. */
const INSTANCE_LABELS = ['pod', 'instance', 'hostname', 'host'];
/** Values of the label `type` that say a sample is not about usage: a total would be added to it. */
const NOT_USAGE = new Set(['total', 'free', 'available', 'limit', 'capacity']);

/** Reads the seeds' form: each sample names its workload by labels. */
export function readSamples(request: SamplesRequest, seenAt: EpochMs): ReadSamples {
  const step = stepOf(request.step_seconds);
  const accepted: AcceptedSample[] = [];
  const rejected: Rejection[] = [];
  request.metrics.forEach((sample, index) => {
    const read = readSample(sample, step, seenAt, request.backfill);
    if ('code' in read) rejected.push({ index, ...read });
    else accepted.push(read);
  });
  return { accepted, rejected };
}

/** Reads the columnar form; `index` of a rejection counts row by row, metric by metric. */
export function readColumns(request: ColumnsRequest, seenAt: EpochMs): ReadSamples {
  const workload = selectWorkload(request);
  const step = stepOf(request.step_seconds);
  const start = Date.parse(request.start);
  const own = request.source ?? 'agent';
  const source = request.instance === undefined ? own : `${own}@${request.instance}`;
  const counters = new Set(request.counters.map(canonicalMetric));
  const accepted: AcceptedSample[] = [];
  const rejected: Rejection[] = [];
  let index = 0;
  for (const [name, values] of Object.entries(request.columns)) {
    const metric = canonicalMetric(name);
    values.forEach((value, row) => {
      const at = (start + row * step) as EpochMs;
      const problem = value === null ? undefined : timeProblem(at, seenAt, request.backfill);
      if (problem) rejected.push({ index, ...problem });
      else if (value !== null) {
        const counter = counters.has(metric);
        accepted.push({
          workload,
          step,
          counter,
          observation: { metric, at, value, source, asOf: at, counter },
        });
      }
      index++;
    });
  }
  return { accepted, rejected };
}

/** A deployment that an agent or CI told of. */
export interface AcceptedMark {
  readonly workload: WorkloadId;
  readonly at: EpochMs;
}

/** Reads the deployments of a batch. @param offset - samples before them, which `index` counts too */
export function readMarks(
  request: IngestRequest,
  seenAt: EpochMs,
  offset: number,
): { readonly accepted: readonly AcceptedMark[]; readonly rejected: readonly Rejection[] } {
  const accepted: AcceptedMark[] = [];
  const rejected: Rejection[] = [];
  request.deployments?.forEach(({ at: iso, ...workload }, i) => {
    const at = epochMs(Date.parse(iso));
    const late = timeProblem(at, seenAt, request.backfill);
    if (late) rejected.push({ index: offset + i, ...late });
    else accepted.push({ workload: workloadId(workload), at });
  });
  return { accepted, rejected };
}

type Problem = Omit<Rejection, 'index'>;

function readSample(
  sample: Sample,
  step: DurationMs,
  seenAt: EpochMs,
  backfill: boolean,
): AcceptedSample | Problem {
  const metric = canonicalMetric(sample.name);
  if (!METRIC_NAME.test(metric)) {
    return problem(
      'METRIC_NAME_INVALID',
      `${sample.name} is not a metric name: lower-case letter, then a-z, 0-9, _`,
    );
  }
  if (sample.value === null)
    return problem('VALUE_INVALID', 'the value is no number from -1e30 to 1e30');
  if (sample.type === 'histogram' || sample.type === 'summary') {
    return problem(
      'TYPE_UNSUPPORTED',
      `type ${sample.type} is not understood: send gauges or counters`,
    );
  }
  if (NOT_USAGE.has(sample.labels.type ?? '')) {
    return problem(
      'NOT_USAGE',
      `label type=${sample.labels.type} is not usage: send type=used only`,
    );
  }
  const workload = workloadOf(sample.labels);
  if ('code' in workload) return workload;
  const source = sourceOf(sample);
  if (source === undefined) return problem('SOURCE_INVALID', 'a source is letters, digits, . _ -');
  const parsed = parseTimestamp(String(sample.timestamp));
  if (!parsed.ok) return problem(`TIMESTAMP_${parsed.problem}`, parsed.message);
  const late = timeProblem(parsed.at, seenAt, backfill);
  if (late) return late;
  const { at } = parsed;
  const counter = sample.type === 'counter';
  const observation = { metric, at, value: sample.value, source, asOf: at, counter };
  return { workload, step, counter, observation };
}

function workloadOf(labels: Sample['labels']): WorkloadId | Problem {
  const { deployment, namespace, cluster } = labels;
  const container = labels.container ?? labels.container_name;
  if (deployment === undefined) {
    return problem('WORKLOAD_MISSING', 'the label deployment is missing: it names the workload');
  }
  for (const part of [deployment, namespace, cluster, container]) {
    if (part !== undefined && !NAME_PART.test(part)) {
      return problem('WORKLOAD_INVALID', `${part.slice(0, 80)} is not a name`);
    }
  }
  return workloadId({ deployment, namespace, cluster, container });
}

/** `source`, or `source@instance` when a label tells instances apart. */
function sourceOf(sample: Sample): string | undefined {
  const source = sample.source ?? 'agent';
  if (!SOURCE_NAME.test(source)) return undefined;
  const instance = INSTANCE_LABELS.map((label) => sample.labels[label]).find(Boolean);
  if (instance === undefined) return source;
  return SOURCE_NAME.test(instance) ? `${source}@${instance}` : undefined;
}

function timeProblem(at: EpochMs, seenAt: EpochMs, backfill: boolean): Problem | undefined {
  if (at < 0) return problem('TOO_OLD', `${toIso(at)} is before 1970, where time begins here`);
  if (at > addMs(seenAt, MAX_AHEAD)) {
    return problem('IN_FUTURE', `${toIso(at)} is more than 5 minutes ahead of ${toIso(seenAt)}`);
  }
  if (!backfill && at < seenAt - MAX_AGE) {
    return problem('TOO_OLD', `${toIso(at)} is older than 35 days: send history with backfill`);
  }
  return undefined;
}

function stepOf(seconds: number | undefined): DurationMs {
  return seconds === undefined ? DEFAULT_SOURCE_STEP : durationMs(seconds * SECOND);
}

function problem(code: string, message: string): Problem {
  return { code, message: message.slice(0, 300) };
}
