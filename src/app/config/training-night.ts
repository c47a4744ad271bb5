import { TRAINING_PIPELINE, WORKLOADS_IN_TRAINING } from '#contracts/pipeline/definition.ts';
import { forMetrics, JOB_WORK, type Job } from '#core/cost/plan-work.ts';
import { SECOND } from '#core/time.ts';

const BEFORE: readonly Job[] = ['validate', 'engineer'];
const AFTER: readonly Job[] = ['evaluate', 'register'];

/**
 * How many workloads can be trained before a run is given up, as many at a time as the state machine
 * takes; of each workload the slowest branch counts, since the branches are side by side.
 *
 * @param metrics - of a workload, 1 or more
 */
export function trainableInARun(metrics: number, isRecurrent: boolean): number {
  const seconds = (job: Job) => forMetrics(JOB_WORK[job].cpuMs, metrics) / SECOND;
  const branches: readonly Job[] = [
    'fit-statistical',
    'fit-boosting',
    'fit-detectors',
    isRecurrent ? 'train-recurrent' : 'fit-recurrent',
  ];
  const one =
    [...BEFORE, ...AFTER].reduce((sum, job) => sum + seconds(job), 0) +
    Math.max(...branches.map(seconds));
  return Math.floor((TRAINING_PIPELINE.TimeoutSeconds * WORKLOADS_IN_TRAINING) / one);
}
