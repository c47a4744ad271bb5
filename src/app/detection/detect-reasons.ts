import type { Reason } from '#contracts/http/common.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { addMs, DAY, type DurationMs, type EpochMs, toIso } from '#core/time.ts';
import type { Workload } from '../workload-directory.ts';
import type { LoadedDetectors } from './load-detectors.ts';

/** History that the detectors which are learned need at least. */
const LEARNING_DAYS = 4;
/** Points that a value is compared with at least where nothing was learned, and one to compare. */
const LEAST_POINTS = 13;
/** Slots that a newest value may be late. */
const LATE_SLOTS = 3;

/** What judges where nothing was learned. */
export const BY_LEVEL = 'each value is compared with the up to 288 before it, from the 13th on';
export const BY_STREAMING = 'the streaming detectors judge alone';

/**
 * Why trained detectors have not judged.
 *
 * @param instead - what has
 */
export function noDetector(workload: Workload | undefined, now: EpochMs, instead: string): Reason {
  if (!workload) return { code: 'NO_DETECTOR', message: `no workload is named: ${instead}` };
  const haveDays = Math.max(0, now - workload.firstSeen) / DAY;
  const readyAt = addMs(workload.firstSeen, DAY, LEARNING_DAYS);
  const when =
    haveDays < LEARNING_DAYS
      ? `${LEARNING_DAYS} days of history are needed, which there are from ${toIso(readyAt)} on`
      : 'the next training learns them';
  return {
    code: 'NO_DETECTOR',
    message: `no detectors were trained on this workload yet (${when}): ${instead}`,
    details: {
      need_days: LEARNING_DAYS,
      have_days: Number(haveDays.toFixed(2)),
      ready_at: toIso(readyAt),
    },
  };
}

/** The trained detectors cannot be used. */
export function detectorsUnusable(code: string, message: string, instead: string): Reason {
  return { code, message: `${message}: ${instead}` };
}

/** Why some of the trained detectors have not judged. */
export function leftOutOf({ leftOut }: LoadedDetectors): Reason[] {
  return leftOut.map(({ detector, code, message }) =>
    detectorLeftOut(detector, message, { cause: code }),
  );
}

export function detectorLeftOut(
  detector: string,
  why: string,
  details: Readonly<Record<string, unknown>> = {},
): Reason {
  return {
    code: 'DETECTOR_LEFT_OUT',
    message: `the ${detector} detector has not judged: ${why}`,
    details: { detector, ...details },
  };
}

/**
 * Why nothing is said of a metric.
 *
 * @param values - of the frame, context included
 * @param from - first row looked at
 */
export function notScored(metric: string, values: Float64Array, from: number): Reason {
  const has = (value: number) => !Number.isNaN(value);
  const present = values.filter(has).length;
  if (!values.subarray(from).some(has)) {
    return {
      code: 'NO_DATA',
      message: `${metric} has no value in the time looked at`,
      details: { metric },
    };
  }
  if (present < LEAST_POINTS) {
    return {
      code: 'HISTORY_TOO_SHORT',
      message: `${metric} has ${present} values, ${LEAST_POINTS} are needed: each is compared with ${LEAST_POINTS - 1} before it at least`,
      details: { metric, need_points: LEAST_POINTS, have_points: present },
    };
  }
  return {
    code: 'NOT_SCORED',
    message: `no detector can judge ${metric} at these times`,
    details: { metric, have_points: present },
  };
}

/** Values that cannot be true count as missing. */
export function impossibleValues(metric: string, count: number): Reason {
  const { minimum, maximum, unit } = metricDefinition(metric);
  const top = maximum === Infinity ? '' : ` to ${maximum}`;
  return {
    code: 'VALUES_IMPOSSIBLE',
    message: `${count} values of ${metric} (${unit}, ${minimum}${top}) cannot be true and count as missing`,
    details: { metric, values: count },
  };
}

/** The newest value is older than it should be. */
export function staleData(newest: EpochMs, step: DurationMs, now: EpochMs): Reason[] {
  const age = now - newest - step;
  if (age <= LATE_SLOTS * step) return [];
  return [
    {
      code: 'DATA_STALE',
      message: `the newest value is of ${toIso(newest)}: the time looked at ends there`,
      details: { age_seconds: Math.round(age / 1_000) },
    },
  ];
}

/** Values that count nothing because something was known to go on. */
export function maskedValues(count: number): Reason[] {
  if (count === 0) return [];
  return [
    {
      code: 'MASKED',
      message: `${count} unusual values do not count: after a deployment, or in maintenance`,
      details: { values: count },
    },
  ];
}
