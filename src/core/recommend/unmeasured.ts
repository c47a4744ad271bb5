import { MINUTE } from '../time.ts';
import { type Because, because, shown } from './because.ts';
import type { DecideInput } from './decide.ts';

/** Utilisations above this are mistakes: 10 is a thousand per cent. */
export const HIGHEST_UTILIZATION = 10;
/** More replicas than anybody runs: such a count is a mistake. */
export const MOST_REPLICAS = 1_000_000;
/** Clocks may run ahead by this much, as those of agents may. */
const MAX_AHEAD = 5 * MINUTE;

/** Why nothing may be decided from what was measured; undefined when it may. */
export function whyUnmeasured(
  input: Pick<DecideInput, 'currentReplicas' | 'measured' | 'policy' | 'now'>,
): readonly Because[] | undefined {
  const { currentReplicas, measured, policy, now } = input;
  if (!isCount(currentReplicas)) {
    const message =
      'how many replicas there are is not known now: collect the metric replicas, configure it where it is not collected, or send current_replicas';
    return [because('REPLICAS_UNKNOWN', message)];
  }
  if (!measured || Number.isNaN(measured.at)) {
    return [because('NOT_MEASURED', 'how much the replicas are used was not measured lately')];
  }
  const found: Because[] = [];
  const age = now - measured.at;
  if (age > policy.staleAfter) {
    const seconds = Math.round(age / 1_000);
    const details = { age_seconds: seconds, most_seconds: policy.staleAfter / 1_000 };
    found.push(because('DATA_STALE', `the newest measurement is ${seconds} s old`, details));
  }
  if (age < -MAX_AHEAD) {
    found.push(because('CLOCK_AHEAD', 'the newest measurement is of the future: a clock is wrong'));
  }
  const { utilization, replicas } = measured;
  if (!(utilization >= 0 && utilization <= HIGHEST_UTILIZATION && isCount(replicas))) {
    const message = `utilisation ${shown(utilization)} of ${shown(replicas)} replicas cannot be: it lies from 0 to ${HIGHEST_UTILIZATION}`;
    found.push(because('MEASUREMENT_IMPLAUSIBLE', message));
  }
  return found.length > 0 ? found : undefined;
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= MOST_REPLICAS;
}
