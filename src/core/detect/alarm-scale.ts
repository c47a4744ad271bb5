import type { Detection } from './detector.ts';
import type { ServiceScores } from './service.ts';
import { DEFAULT_THRESHOLD } from './severity.ts';

/**
 * The sigmas of a detector that are an alarm. Errors of models have longer tails than the normal
 * distribution: on healthy weeks of the simulated web shop, the service detector goes beyond 4 in 0.01 %
 * of the rows, and the reconstruction detector in up to 0.3 % of a metric's.
 */
export const ALARM_SIGMAS = { reconstruction: 6, service: 4 } as const;

/** Scores that are sigmas on the scale of all detectors, where the alarm is the default threshold. */
export function onAlarmScale(detection: Detection, alarmSigmas: number): Detection {
  const factor = DEFAULT_THRESHOLD / alarmSigmas;
  return new Map(
    [...detection].map(([metric, scores]) => [
      metric,
      { ...scores, scores: scores.scores.map((score) => factor * score) },
    ]),
  );
}

/** The same of the service detector. */
export function serviceOnAlarmScale(service: ServiceScores, alarmSigmas: number): ServiceScores {
  const factor = DEFAULT_THRESHOLD / alarmSigmas;
  return {
    ...service,
    scores: service.scores.map((score) => factor * score),
    smoothed: service.smoothed.map((score) => factor * score),
  };
}
