import { exponential, logUniform, seededRandom } from '../math/random.ts';
import { addMs, type EpochMs, MINUTE, toIso } from '../time.ts';
import { SAMPLE_PARAMETERS, WEBSHOP_STEP, type WebshopMetric } from './webshop-parameters.ts';

/** What can go wrong in the simulated web shop. */
export type IncidentKind =
  | 'traffic_spike'
  | 'traffic_drop'
  | 'memory_leak'
  | 'slow_database'
  | 'noisy_neighbour'
  | 'stuck_job';

/** Ground truth of one simulated incident: for measuring detectors, never shown to one. */
export interface Incident {
  readonly id: string;
  readonly kind: IncidentKind;
  /** Time of the first slot that differs. */
  readonly start: EpochMs;
  /** Time of the first slot after it: `start` belongs to the incident, `end` does not. */
  readonly end: EpochMs;
  /** What moves visibly, the metric that `size` is about first. */
  readonly metrics: readonly WebshopMetric[];
  /** Shift of the first metric at full effect, in multiples of its noise: 1.2 to 12. */
  readonly sizeInNoise: number;
  /** The same shift in the metric's unit, at its level when the incident begins; down is negative. */
  readonly size: number;
}

/** An incident that will begin at `start` and is not yet sized in units. */
export interface PlannedIncident {
  readonly kind: IncidentKind;
  readonly start: EpochMs;
  readonly slots: number;
  readonly sizeInNoise: number;
}

const AFFECTED: Readonly<Record<IncidentKind, readonly [WebshopMetric, ...WebshopMetric[]]>> = {
  traffic_spike: ['request_rate', 'cpu_utilization', 'db_cpu', 'db_connections'],
  traffic_drop: ['request_rate', 'cpu_utilization', 'db_cpu', 'db_connections'],
  memory_leak: ['memory_bytes', 'memory_utilization'],
  slow_database: ['db_cpu', 'db_connections'],
  noisy_neighbour: ['cpu_utilization'],
  stuck_job: ['cpu_utilization', 'db_connections'],
};

const KINDS: readonly IncidentKind[] = [
  'traffic_spike',
  'traffic_drop',
  'memory_leak',
  'slow_database',
  'noisy_neighbour',
  'stuck_job',
];

/**
 * The endless plan of incidents, one after another and never two at once: kind, size and length of
 * each are drawn when it is planned, so nothing that happens later changes them.
 */
export function* planIncidents(
  seed: number,
  start: EpochMs,
): Generator<PlannedIncident, never, undefined> {
  const { leadIn, gap, duration, sizeInNoise } = SAMPLE_PARAMETERS.incidents;
  const random = seededRandom(seed, 'incidents');
  const stepMinutes = WEBSHOP_STEP / MINUTE;
  let slot = leadIn / stepMinutes;
  for (;;) {
    slot += Math.round(exponential(random, gap.meanBeyond) / stepMinutes);
    const kind = KINDS[Math.floor(random() * KINDS.length)]!;
    const minutes = logUniform(random, duration.minimum, duration.maximum);
    const slots = Math.round(minutes / stepMinutes);
    const size = logUniform(random, sizeInNoise.minimum, sizeInNoise.maximum);
    yield { kind, start: addMs(start, WEBSHOP_STEP, slot), slots, sizeInNoise: size };
    slot += slots + gap.minimum / stepMinutes;
  }
}

/** What an incident does to the shop in one slot; factors are 1 and shifts 0 when nothing is wrong. */
export interface Disturbance {
  readonly trafficFactor: number;
  readonly cpuReading: number;
  readonly cpuShift: number;
  readonly leakedBytes: number;
  readonly dbSlowdown: number;
  readonly heldConnections: number;
}

/** Nothing is wrong. */
export const UNDISTURBED: Disturbance = {
  trafficFactor: 1,
  cpuReading: 1,
  cpuShift: 0,
  leakedBytes: 0,
  dbSlowdown: 0,
  heldConnections: 0,
};

/**
 * What a planned incident does at `at`. Traffic, neighbours and slow queries act in proportion to
 * the load of the moment; a leak and a stuck job take a fixed amount, sized by the level at the
 * start.
 *
 * @param level - what the metrics would be in the incident's first slot without it and without noise
 */
export function disturbanceOf(
  planned: PlannedIncident,
  level: Readonly<Record<WebshopMetric, number>>,
  at: EpochMs,
): Disturbance {
  const index = (at - planned.start) / WEBSHOP_STEP;
  const size = planned.sizeInNoise * effectOf(planned.kind, index, planned.slots);
  const { noise } = SAMPLE_PARAMETERS;
  switch (planned.kind) {
    case 'traffic_spike':
      return { ...UNDISTURBED, trafficFactor: 1 + size * noise.request_rate };
    case 'traffic_drop':
      return { ...UNDISTURBED, trafficFactor: 1 - size * noise.request_rate };
    case 'memory_leak':
      return { ...UNDISTURBED, leakedBytes: size * noise.memory_bytes * level.memory_bytes };
    case 'slow_database':
      return { ...UNDISTURBED, dbSlowdown: size * noise.db_cpu };
    case 'noisy_neighbour':
      return { ...UNDISTURBED, cpuReading: 1 + size * noise.cpu_utilization };
    case 'stuck_job':
      return {
        ...UNDISTURBED,
        cpuShift: size * noise.cpu_utilization * level.cpu_utilization,
        heldConnections: size * noise.db_connections * level.db_connections,
      };
  }
}

/** The label of a planned incident. @param level - as in `disturbanceOf` */
export function labelOf(
  planned: PlannedIncident,
  level: Readonly<Record<WebshopMetric, number>>,
): Incident {
  const metrics = AFFECTED[planned.kind];
  const direction = planned.kind === 'traffic_drop' ? -1 : 1;
  const unitsOfNoise = SAMPLE_PARAMETERS.noise[metrics[0]] * level[metrics[0]];
  return {
    id: `${planned.kind}@${toIso(planned.start)}`,
    kind: planned.kind,
    start: planned.start,
    end: endOf(planned),
    metrics,
    sizeInNoise: planned.sizeInNoise,
    size: direction * planned.sizeInNoise * unitsOfNoise,
  };
}

/** The first slot after a planned incident. */
export function endOf(planned: PlannedIncident): EpochMs {
  return addMs(planned.start, WEBSHOP_STEP, planned.slots);
}

/**
 * How much of its full effect an incident has in its slot `index` of `slots`, in (0, 1]: a spike
 * rises and falls in two slots, a leak grows evenly to its end, everything else is a step.
 */
function effectOf(kind: IncidentKind, index: number, slots: number): number {
  if (kind === 'memory_leak') return (index + 1) / slots;
  if (kind === 'traffic_spike') return Math.min(1, (index + 1) / 2, (slots - index) / 2);
  return 1;
}
