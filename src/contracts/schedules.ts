import type { SchedulesConfig } from './config/schedules.ts';
import type { ActuateEvent, ScheduleEvent } from './events.ts';

/** One row of the schedule table that EventBridge and the local scheduler share. */
export interface Schedule {
  readonly name: string;
  /** The function that is invoked with `event`. */
  readonly function: 'dispatch' | 'train';
  readonly event: ScheduleEvent;
  readonly when:
    | { readonly everyMinutes: number }
    | { readonly dailyAtUtc: TimeOfDay }
    | { readonly dailyAt: TimeOfDay & { readonly timeZone: string } };
}

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

/** Everything Helios does by the clock, where nothing else is configured. */
export const SCHEDULES: readonly Schedule[] = [
  {
    name: 'collect-and-score',
    function: 'dispatch',
    event: { task: 'collect-and-score' },
    when: { everyMinutes: 5 },
  },
  {
    // What is watched, and how often each series of it is read for the budget to last.
    name: 'plan-collection',
    function: 'dispatch',
    event: { task: 'plan-collection' },
    when: { everyMinutes: 60 },
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

/** The schedule table with what is configured: how often is collected, and when the nightly training begins. */
export function schedulesOf(config: SchedulesConfig): readonly Schedule[] {
  return SCHEDULES.map((schedule) => {
    if (schedule.event.task === 'collect-and-score') {
      return { ...schedule, when: { everyMinutes: config.collect_every_minutes } };
    }
    return schedule.event.task === 'train' ? { ...schedule, when: trainingTime(config) } : schedule;
  });
}

function trainingTime({ train_at, time_zone }: SchedulesConfig): Schedule['when'] {
  const time = { hour: Number(train_at.slice(0, 2)), minute: Number(train_at.slice(3)) };
  return time_zone.toUpperCase() === 'UTC'
    ? { dailyAtUtc: time }
    : { dailyAt: { ...time, timeZone: time_zone } };
}

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
