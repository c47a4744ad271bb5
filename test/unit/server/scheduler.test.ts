import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SCHEDULES, SchedulesConfigSchema } from '#contracts/config/schedules.ts';
import { SCHEDULES, type Schedule, schedulesOf } from '#contracts/schedules.ts';
import { epochMs, toIso } from '#core/time.ts';
import { nextRun, startScheduler } from '#server/scheduler.ts';
import { virtualTime } from './virtual-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const every5: Schedule = {
  name: 'every-5',
  function: 'dispatch',
  event: { task: 'collect-and-score' },
  when: { everyMinutes: 5 },
};
const nightly: Schedule = {
  name: 'nightly',
  function: 'train',
  event: { task: 'train' },
  when: { dailyAtUtc: { hour: 2, minute: 30 } },
};

function setUp(schedules: readonly Schedule[], start: number, invoke?: () => Promise<void>) {
  const time = virtualTime(start);
  const runs: string[] = [];
  const errors: unknown[] = [];
  const skipped: string[] = [];
  const scheduler = startScheduler({
    schedules,
    clock: time,
    timers: time.timers,
    invoke: async (schedule) => {
      runs.push(`${schedule.name} ${time.now() / MINUTE}`);
      await invoke?.();
    },
    onError: (error) => errors.push(error),
    onSkipped: (schedule) => skipped.push(schedule.name),
  });
  return { time, runs, errors, skipped, scheduler };
}

describe('nextRun', () => {
  it.each([
    // The grid of 5 minutes is anchored at the epoch; a time on the grid is past already.
    [every5, 0, 5 * MINUTE],
    [every5, 5 * MINUTE - 1, 5 * MINUTE],
    [every5, 5 * MINUTE, 10 * MINUTE],
    // 02:30 of the same day, and of the next.
    [nightly, DAY, DAY + 2.5 * HOUR],
    [nightly, DAY + 2.5 * HOUR - 1, DAY + 2.5 * HOUR],
    [nightly, DAY + 2.5 * HOUR, 2 * DAY + 2.5 * HOUR],
  ])('of %j after %d is %d', (schedule, after, expected) => {
    expect(nextRun(schedule.when, epochMs(after))).toBe(expected);
  });

  it.each([
    { everyMinutes: 0 },
    { everyMinutes: 1.5 },
    { dailyAtUtc: { hour: 24, minute: 0 } },
    { dailyAt: { hour: 2, minute: 0, timeZone: 'Mars' } },
    { dailyAtUtc: { hour: 2, minute: -200 } },
  ])('refuses %j', (when) => {
    expect(() => nextRun(when, epochMs(0))).toThrow(RangeError);
  });
});

describe('the scheduler', () => {
  it('runs on the grid of the clock, whenever it was started', async () => {
    const { time, runs } = setUp([every5], 2 * MINUTE);
    await time.advance(14 * MINUTE);
    expect(runs).toEqual(['every-5 5', 'every-5 10', 'every-5 15']);
  });

  it('runs a daily row once a day', async () => {
    const { time, runs } = setUp([nightly], 0);
    await time.advance(3 * DAY);
    // 02:30 is minute 150; a day has 1,440.
    expect(runs).toEqual(['nightly 150', 'nightly 1590', 'nightly 3030']);
  });

  it('never overlaps a row with itself, and says so', async () => {
    const releases: (() => void)[] = [];
    const { time, runs, skipped } = setUp(
      [every5],
      0,
      () => new Promise((resolve) => releases.push(resolve)),
    );
    await time.advance(12 * MINUTE);
    expect(runs).toEqual(['every-5 5']);
    expect(skipped).toEqual(['every-5']);
    releases[0]?.();
    await time.advance(3 * MINUTE);
    expect(runs).toEqual(['every-5 5', 'every-5 15']);
  });

  it('goes on after a failure, also one thrown at once', async () => {
    const time = virtualTime(0);
    const errors: string[] = [];
    startScheduler({
      schedules: [every5],
      clock: time,
      timers: time.timers,
      invoke: () => {
        throw new Error('broken');
      },
      onError: (error, schedule) => errors.push(`${schedule.name}: ${error}`),
    });
    await time.advance(10 * MINUTE);
    expect(errors).toEqual(['every-5: Error: broken', 'every-5: Error: broken']);
  });

  it('runs once after a sleep of the machine, then on the grid', async () => {
    const { time, runs } = setUp([every5], 0);
    await time.advance(MINUTE);
    time.jump(61 * MINUTE);
    await time.advance(MINUTE);
    // Asleep from minute 1 to minute 62: the next look is one minute of waking time later.
    expect(runs).toEqual(['every-5 63']);
    await time.advance(2 * MINUTE);
    expect(runs).toEqual(['every-5 63', 'every-5 65']);
  });

  it('finds its grid again when the clock is set back', async () => {
    const { time, runs } = setUp([every5], 120 * MINUTE);
    time.jump(-60 * MINUTE);
    await time.advance(6 * MINUTE);
    expect(runs).toEqual(['every-5 65']);
  });

  it('does not run twice when the clock is corrected by a little', async () => {
    const { time, runs } = setUp([every5], 4 * MINUTE);
    await time.advance(MINUTE);
    // 62 s back: the next look, a minute later, comes just before the same grid point again.
    time.jump(-62_000);
    await time.advance(2 * MINUTE);
    expect(runs).toEqual(['every-5 5']);
  });

  it('waits for running rows when it stops, for so long and no longer', async () => {
    const { time, runs, scheduler } = setUp([every5], 0, () => new Promise(() => {}));
    await time.advance(5 * MINUTE);
    const stopped = scheduler.stop(10_000);
    await time.advance(10_000);
    expect(await stopped).toEqual(['every-5']);
    await time.advance(HOUR);
    expect(runs).toHaveLength(1);
    expect(time.pending()).toBe(0);
  });

  it('stops at once when nothing runs', async () => {
    const { time, scheduler } = setUp([every5, nightly], 0);
    expect(await scheduler.stop()).toEqual([]);
    expect(time.pending()).toBe(0);
  });
});

describe('a time of day in a zone', () => {
  const when = { dailyAt: { hour: 2, minute: 30, timeZone: 'Europe/Berlin' } };

  it.each([
    // Winter: one hour ahead of UTC; today's has passed, then tomorrow's.
    ['2026-01-15T01:00:00Z', '2026-01-15T01:30:00.000Z'],
    ['2026-01-15T01:30:00Z', '2026-01-16T01:30:00.000Z'],
    // 29 March: clocks go from 2:00 to 3:00, and show no 2:30 that night.
    ['2026-03-28T12:00:00Z', '2026-03-30T00:30:00.000Z'],
    // 25 October: clocks show 2:30 twice, the first counts.
    ['2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
  ])('after %s is %s', (after, expected) => {
    expect(toIso(nextRun(when, epochMs(Date.parse(after))))).toBe(expected);
  });

  it('is the nightly training’s, where a zone is configured', () => {
    const whenOf = (time_zone: string) =>
      schedulesOf(SchedulesConfigSchema.parse({ train_at: '03:05', time_zone })).find(
        ({ name }) => name === 'train',
      )?.when;
    expect(whenOf('Asia/Tokyo')).toEqual({
      dailyAt: { hour: 3, minute: 5, timeZone: 'Asia/Tokyo' },
    });
    expect(whenOf('UTC')).toEqual({ dailyAtUtc: { hour: 3, minute: 5 } });
    expect(schedulesOf(DEFAULT_SCHEDULES)).toEqual(SCHEDULES);
  });
});
