import type { StateMachineEvent, StatePath } from './state-machine/events.ts';

/** What of a running pipeline is worth a line: the stage a workload enters, and how many are done. */
export function progressOf(event: StateMachineEvent): string | undefined {
  switch (event.type) {
    case 'map-started':
      if (isBatch(event.path)) return undefined;
      return event.items === 0 ? 'nothing is due' : `${event.items} workload(s)`;
    case 'entered': {
      const [, , , , stage = ''] = event.path;
      return event.path.length === 5 && STAGES.has(stage) ? stage : undefined;
    }
    case 'item-finished': {
      const batch = isBatch(event.path) ? ` of batch ${Number(event.path[1]) + 1}` : '';
      return `${event.finished} of ${event.items} workload(s)${batch} done`;
    }
    case 'retried':
      return `${event.path.join('/')} is tried again: ${event.error}`;
    default:
      return undefined;
  }
}

/** Whether a path is that of the workloads of one batch, `['TrainWorkloads', '0', 'TrainBatch']`. */
function isBatch(path: StatePath): boolean {
  return path.length === 3;
}

const STAGES = new Set(['Validate', 'Engineer', 'Fit', 'Evaluate', 'Register', 'Refused']);
