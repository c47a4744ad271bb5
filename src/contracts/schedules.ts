import type { ActuateEvent, ScheduleEvent } from './events.ts';

/** One row of the schedule table that EventBridge and the local scheduler share. */
export interface Schedule {
  readonly name: string;
  /** The function that is invoked with `event`. */
  readonly function: 'dispatch' | 'train';
  readonly event: ScheduleEvent;
  readonly when:
    | { readonly everyMinutes: number }
    | { readonly dailyAtUtc: { readonly hour: number; readonly minute: number } };
}

/** Everything Helios does by the clock. */
export const SCHEDULES: readonly Schedule[] = [
  {
    name: 'collect-and-score',
    function: 'dispatch',
    event: { task: 'collect-and-score' },
    when: { everyMinutes: 5 },
  },
  { name: 'roll-up', function: 'dispatch', event: { task: 'roll-up' }, when: { everyMinutes: 60 } },
  {
    // Late observations of the two days before change their hours: rolled up again at night.
    name: 'roll-up-again',
    function: 'dispatch',
    event: { task: 'roll-up-again' },
    when: { dailyAtUtc: { hour: 1, minute: 30 } },
  },
  {
    name: 'train',
    function: 'train',
    event: { task: 'train' },
    when: { dailyAtUtc: { hour: 2, minute: 0 } },
  },
];

/**
 * What the actuation stack does by the clock, where it is deployed. Not among `SCHEDULES`: the local
 * process never acts.
 */
export const ACTUATION_SCHEDULE = {
  name: 'actuate',
  function: 'actuate',
  event: { task: 'actuate' },
  when: { everyMinutes: 5 },
} as const satisfies Omit<Schedule, 'function' | 'event'> & {
  readonly function: string;
  readonly event: ActuateEvent;
};
