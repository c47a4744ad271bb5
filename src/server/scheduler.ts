import type { Schedule } from '#contracts/schedules.ts';
import { findTimeZone, momentsOfLocalTime } from '#core/series/time-zone.ts';
import {
  addMs,
  type Clock,
  DAY,
  durationMs,
  type EpochMs,
  epochMs,
  floorTo,
  HOUR,
  MINUTE,
} from '#core/time.ts';
import { nodeTimers, type Timers } from './timers.ts';

/** What the scheduler runs, and what it tells. */
export interface SchedulerOptions {
  readonly schedules: readonly Schedule[];
  readonly invoke: (schedule: Schedule) => Promise<unknown>;
  readonly clock: Clock;
  /** Told of a failed run; the row stays on its schedule. */
  readonly onError: (error: unknown, schedule: Schedule) => void;
  /** Told when a row comes due while it still runs: that time is left out. */
  readonly onSkipped?: (schedule: Schedule) => void;
  readonly timers?: Timers;
}

/** A running scheduler. */
export interface Scheduler {
  /**
   * Starts nothing any more and waits for what is running.
   * @param drainMs - default 10,000
   * @returns names of the rows that were still running after that
   */
  stop(drainMs?: number): Promise<readonly string[]>;
}

/**
 * The clock is looked at this often at least: a timer does not run while a machine sleeps, nor does
 * it notice that the clock was set.
 */
const LOOK_EVERY_MS = MINUTE;
const DRAIN_MS = 10_000;

/**
 * The first time after `after` that a schedule is due. Periods lie on a grid anchored at the epoch,
 * so that a restart does not move them.
 *
 * @throws {RangeError} for a period or a time of day that does not exist
 */
export function nextRun(when: Schedule['when'], after: EpochMs): EpochMs {
  if ('everyMinutes' in when) {
    if (!Number.isInteger(when.everyMinutes) || when.everyMinutes < 1) {
      throw new RangeError(`everyMinutes must be 1 or more, got ${when.everyMinutes}`);
    }
    const period = durationMs(when.everyMinutes * MINUTE);
    return addMs(floorTo(after, period), period);
  }
  const { hour, minute } = 'dailyAt' in when ? when.dailyAt : when.dailyAtUtc;
  const timeOfDay = hour * HOUR + minute * MINUTE;
  if (!Number.isInteger(timeOfDay) || timeOfDay < 0 || timeOfDay >= DAY) {
    throw new RangeError(`a time of day lies from 00:00 to 23:59, got ${hour}:${minute}`);
  }
  if ('dailyAt' in when) return nextLocalTime(timeOfDay, when.dailyAt.timeZone, after);
  const today = addMs(floorTo(after, DAY), durationMs(timeOfDay));
  return today > after ? today : addMs(today, DAY);
}

/**
 * The first time after `after` that clocks show a time of day. Where summer time skips it, that day
 * has none; where it comes twice, the first counts: as EventBridge Scheduler does.
 */
function nextLocalTime(timeOfDay: number, zoneName: string, after: EpochMs): EpochMs {
  const zone = findTimeZone(zoneName);
  if (!zone) throw new RangeError(`there is no time zone ${zoneName}`);
  const localDay = floorTo(epochMs(after + zone.offsetAt(after)), DAY);
  for (let day = 0; day < 3; day++) {
    const [at] = momentsOfLocalTime(localDay + day * DAY + timeOfDay, zone);
    if (at !== undefined && at > after) return at;
  }
  throw new RangeError(`clocks of ${zoneName} do not show this time of day on two days`);
}

/**
 * Runs the schedule table in this process, as EventBridge does on AWS. A row never overlaps with
 * itself, and after a sleep of the machine it runs once, however many times it missed.
 *
 * @throws {RangeError} for a row with an impossible time
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { clock, invoke, onError, schedules } = options;
  const timers = options.timers ?? nodeTimers();
  const dueAt = new Map<Schedule, EpochMs>(
    schedules.map((schedule) => [schedule, nextRun(schedule.when, clock.now())]),
  );
  const running = new Map<Schedule, Promise<void>>();
  let timer: unknown;
  let isStopped = false;

  const run = (schedule: Schedule): void => {
    const ended = Promise.resolve()
      .then(() => invoke(schedule))
      .then(
        () => {},
        (error: unknown) => onError(error, schedule),
      )
      .finally(() => running.delete(schedule));
    running.set(schedule, ended);
  };

  const look = () => {
    if (isStopped) return;
    const now = clock.now();
    for (const [schedule, due] of dueAt) {
      const next = nextRun(schedule.when, now);
      if (now < due) {
        // Further away than two periods: the clock was set back.
        if (due > nextRun(schedule.when, next)) dueAt.set(schedule, next);
        continue;
      }
      dueAt.set(schedule, next);
      if (running.has(schedule)) options.onSkipped?.(schedule);
      else run(schedule);
    }
    arm(now);
  };

  const arm = (now: EpochMs) => {
    const wait = Math.min(LOOK_EVERY_MS, ...[...dueAt.values()].map((due) => due - now));
    timer = timers.set(look, wait);
  };

  arm(clock.now());
  return {
    async stop(drainMs = DRAIN_MS) {
      isStopped = true;
      timers.clear(timer);
      let handle: unknown;
      const limit = new Promise<void>((resolve) => {
        handle = timers.set(resolve, drainMs);
      });
      await Promise.race([Promise.all(running.values()), limit]);
      timers.clear(handle);
      return [...running.keys()].map((schedule) => schedule.name);
    },
  };
}
