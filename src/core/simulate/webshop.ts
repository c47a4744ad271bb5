import { poisson, type Random, seededRandom } from '../math/random.ts';
import { type Frame, makeFrame } from '../series/frame.ts';
import { metricDefinition } from '../series/metric-catalogue.ts';
import { makeSeries } from '../series/series.ts';
import { addMs, type EpochMs, SECOND } from '../time.ts';
import { type Deployment, deployer, freshness, type Version } from './deployments.ts';
import { type Fluctuation, fastNoise, SILENCE, wandering } from './fast-noise.ts';
import {
  type Disturbance,
  disturbanceOf,
  endOf,
  type Incident,
  labelOf,
  planIncidents,
  UNDISTURBED,
} from './incident.ts';
import { expectedRate, minuteOfDay } from './webshop-load.ts';
import { type Drivers, measure } from './webshop-model.ts';
import {
  SAMPLE_PARAMETERS,
  WEBSHOP_METRICS,
  WEBSHOP_STEP,
  type WebshopMetric,
} from './webshop-parameters.ts';

/** Which web shop to simulate, and from when. */
export interface WebshopOptions {
  /** Any integer: the same seed and start give the same shop. */
  readonly seed: number;
  /** On the five-minute grid. */
  readonly start: EpochMs;
  /** `false` for a healthy shop. Default true. */
  readonly incidents?: boolean;
  /**
   * `false` leaves the fast fluctuations out; demand, deployments and incidents stay. The
   * difference between the two is the noise that incident sizes are multiples of. Default true.
   */
  readonly noise?: boolean;
}

/** One slot of the simulation: the means over the five minutes from `at` on. */
export interface WebshopSlot {
  readonly at: EpochMs;
  readonly values: Readonly<Record<WebshopMetric, number>>;
  /** The incident that begins in this slot. Ground truth: no model may see it. */
  readonly incident?: Incident;
  /** The deployment in this slot. */
  readonly deployment?: Deployment;
}

/**
 * The simulated web shop, slot after slot without end. Asking for more slots never changes earlier
 * ones, so that the four weeks of the sample can be continued in real time.
 *
 * Requests arrive with the load of day and week, two autocorrelated disturbances of demand and
 * counting noise; replicas, database and connection pool follow as queues (`measure`); deployments
 * empty memory and cost a little CPU; incidents begin by chance and are labelled.
 *
 * @throws {RangeError} when `start` is not on the grid or `seed` is not an integer
 */
export function* webshopSlots(options: WebshopOptions): Generator<WebshopSlot, never, undefined> {
  const { seed, start, incidents = true, noise = true } = options;
  if (!Number.isInteger(start / WEBSHOP_STEP)) {
    throw new RangeError(`the start must be a multiple of ${WEBSHOP_STEP} ms, got ${start}`);
  }
  const nextDemand = wandering(seed, 'slow demand', SAMPLE_PARAMETERS.load.slow);
  const nextFluctuation = noise ? fastNoise(seed) : () => SILENCE;
  const counting = noise ? seededRandom(seed, 'arrivals') : undefined;
  const deploy = deployer(seed);
  const plan = planIncidents(seed, start);
  let planned = plan.next().value;
  let level: Readonly<Record<WebshopMetric, number>> | undefined;

  for (let at = start; ; at = addMs(at, WEBSHOP_STEP)) {
    if (at >= endOf(planned)) planned = plan.next().value;
    const isIncident = incidents && at >= planned.start;
    const { version, isNew } = deploy.next(at, isIncident);
    const state = { at, version, demand: expectedRate(at) * Math.exp(nextDemand()) };
    if (isIncident) level ??= measure(driversOf(state, SILENCE, UNDISTURBED));
    else level = undefined;

    const disturbance = level === undefined ? UNDISTURBED : disturbanceOf(planned, level, at);
    const drivers = driversOf(state, nextFluctuation(), disturbance);
    yield {
      at,
      values: measure(counting === undefined ? drivers : countArrivals(drivers, counting)),
      ...(level !== undefined && at === planned.start ? { incident: labelOf(planned, level) } : {}),
      ...(isNew ? { deployment: { at } } : {}),
    };
  }
}

/** What `simulateWebshop` gives: what a monitoring system would see, and beside it the truth. */
export interface SimulatedWebshop {
  /** The seven metrics; the series' ids are the metrics' names. */
  readonly frame: Frame;
  /** The incidents that begin inside the frame, in order; the last may end after it. */
  readonly incidents: readonly Incident[];
  readonly deployments: readonly Deployment[];
}

/**
 * The first `steps` slots of `webshopSlots` as a frame with its incidents and deployments.
 *
 * @throws {RangeError} as `webshopSlots`, and when `steps` is not a positive integer
 */
export function simulateWebshop(
  options: WebshopOptions & { readonly steps: number },
): SimulatedWebshop {
  const { start, steps } = options;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`steps must be a positive integer, got ${steps}`);
  }
  const columns = WEBSHOP_METRICS.map((metric) => ({ metric, values: new Float64Array(steps) }));
  const incidents: Incident[] = [];
  const deployments: Deployment[] = [];
  const slots = webshopSlots(options);
  for (let i = 0; i < steps; i++) {
    const slot = slots.next().value;
    for (const { metric, values } of columns) values[i] = slot.values[metric];
    if (slot.incident !== undefined) incidents.push(slot.incident);
    if (slot.deployment !== undefined) deployments.push(slot.deployment);
  }
  const series = columns.map(({ metric, values }) => {
    const { unit } = metricDefinition(metric);
    return [metric, makeSeries({ id: metric, unit, start, step: WEBSHOP_STEP, values })] as const;
  });
  return { frame: makeFrame(new Map(series)), incidents, deployments };
}

/** What moves slowly: time, the running version, requests a second that want to come. */
interface SlowState {
  readonly at: EpochMs;
  readonly version: Version;
  readonly demand: number;
}

function driversOf(
  { at, version, demand }: SlowState,
  fluctuation: Fluctuation,
  disturbance: Disturbance,
): Drivers {
  const { database, deployments } = SAMPLE_PARAMETERS;
  const fresh = freshness(version.ageMinutes);
  return {
    arrivals: demand * fluctuation.demandFactor * disturbance.trafficFactor,
    cpuFactor: version.cpuFactor * (1 + deployments.cpuBump * fresh) * fluctuation.mixFactor,
    cpuShift: disturbance.cpuShift,
    cpuReading: fluctuation.cpuReading * disturbance.cpuReading,
    memoryFactor: version.memoryFactor,
    ageMinutes: version.ageMinutes,
    garbageFactor: fluctuation.garbageFactor,
    leakedBytes: disturbance.leakedBytes,
    pageCache: fluctuation.pageCache,
    missRatio: database.missRatio * (1 + deployments.missBump * fresh) * fluctuation.missFactor,
    dbShift: backupAt(at),
    dbSlowdown: disturbance.dbSlowdown,
    dbReading: fluctuation.dbReading,
    heldConnections: disturbance.heldConnections,
    connectionsReading: fluctuation.connectionsReading,
    dbMemoryShift: fluctuation.dbMemoryShift,
  };
}

/** Requests are counted, so their rate is as uncertain as a count is: a Poisson number a slot. */
function countArrivals(drivers: Drivers, random: Random): Drivers {
  const seconds = WEBSHOP_STEP / SECOND;
  return { ...drivers, arrivals: poisson(random, drivers.arrivals * seconds) / seconds };
}

function backupAt(at: EpochMs): number {
  const { startsAtMinuteOfDay, minutes, utilization } = SAMPLE_PARAMETERS.database.backup;
  const minute = minuteOfDay(at) - startsAtMinuteOfDay;
  return minute >= 0 && minute < minutes ? utilization : 0;
}
