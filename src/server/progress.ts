import type { StateMachineEvent } from './state-machine/events.ts';

/** What of a running pipeline is worth a line: the stage a workload enters, and how many are done. */
export function progressOf(event: StateMachineEvent): string | undefined {
  switch (event.type) {
    case 'map-started':
      return event.items === 0 ? 'nothing is due' : `${event.items} workload(s)`;
    case 'entered':
      return event.path.length === 3 && STAGES.has(event.path[2] ?? '') ? event.path[2] : undefined;
    case 'item-finished':
      return `${event.finished} of ${event.items} workload(s) done`;
    case 'retried':
      return `${event.path.join('/')} is tried again: ${event.error}`;
    default:
      return undefined;
  }
}

const STAGES = new Set(['Validate', 'Engineer', 'Fit', 'Evaluate', 'Register', 'Refused']);
