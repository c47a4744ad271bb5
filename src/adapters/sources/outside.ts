import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '#core/time.ts';
import { awsSecrets } from '../aws/aws-secrets.ts';
import type { SweepPlanDeps } from './sweep-plans.ts';

/** What clients of other systems take from outside, in a process that is no test. */
export function outside(clock: Clock, env: SweepPlanDeps['env']): SweepPlanDeps {
  return {
    clock,
    env,
    secrets: awsSecrets(clock),
    sleep: (ms, signal) => wait(ms, undefined, { ...(signal && { signal }) }).catch(() => {}),
    random: Math.random,
    fetch,
    host: hostname(),
  };
}
