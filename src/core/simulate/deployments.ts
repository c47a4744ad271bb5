import { normal, seededRandom } from '../math/random.ts';
import { type EpochMs, MINUTE } from '../time.ts';
import { dayOfWeek, minuteOfDay } from './webshop-load.ts';
import { SAMPLE_PARAMETERS, WEBSHOP_STEP } from './webshop-parameters.ts';

/** A new version of the shop going live: every replica starts afresh in this slot. */
export interface Deployment {
  readonly at: EpochMs;
}

/** The version that runs: what it costs against the design, and for how long it has been running. */
export interface Version {
  readonly cpuFactor: number;
  readonly memoryFactor: number;
  readonly ageMinutes: number;
}

/** Deploys by chance in working hours, but not while `frozen` or soon after the last time. */
export interface Deployer {
  /** The version of the slot at `at`, the next after the slot asked for before. */
  next(at: EpochMs, frozen: boolean): { readonly version: Version; readonly isNew: boolean };
}

/** The deployer of the simulated shop. */
export function deployer(seed: number): Deployer {
  const parameters = SAMPLE_PARAMETERS.deployments;
  const stepMinutes = WEBSHOP_STEP / MINUTE;
  const slotsAWeek = (5 * (parameters.hours.to - parameters.hours.from) * 60) / stepMinutes;
  const chance = parameters.perWeek / slotsAWeek;
  const whenRandom = seededRandom(seed, 'deployments');
  const versionRandom = seededRandom(seed, 'versions');
  let version: Version = { cpuFactor: 1, memoryFactor: 1, ageMinutes: parameters.ageAtStart };
  return {
    next(at, frozen) {
      // One number a slot, used or not, keeps the stream in step when a freeze is added or removed.
      const drawn = whenRandom() < chance;
      const isNew =
        drawn && !frozen && isWorkingTime(at) && version.ageMinutes >= parameters.minimumGap;
      version = isNew
        ? {
            cpuFactor: Math.exp(parameters.cpuSd * normal(versionRandom)),
            memoryFactor: Math.exp(parameters.memorySd * normal(versionRandom)),
            ageMinutes: 0,
          }
        : { ...version, ageMinutes: version.ageMinutes + stepMinutes };
      return { version, isNew };
    },
  };
}

/** How much of the cost of a fresh start is left, in (0, 1]. */
export function freshness(ageMinutes: number): number {
  return 0.5 ** (ageMinutes / SAMPLE_PARAMETERS.deployments.bumpHalfLife);
}

function isWorkingTime(at: EpochMs): boolean {
  const { from, to } = SAMPLE_PARAMETERS.deployments.hours;
  const minute = minuteOfDay(at);
  return dayOfWeek(at) < 5 && minute >= from * 60 && minute < to * 60;
}
