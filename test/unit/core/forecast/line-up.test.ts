import { describe, expect, it } from '@jest/globals';
import { blend, blendMembers, lineUp, MEMBER_NAMES } from '#core/forecast/line-up.ts';
import {
  DAY,
  DEFAULT_STEP,
  type DurationMs,
  durationMs,
  HOUR,
  MINUTE,
  SECOND,
} from '#core/time.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const namesAt = (step: DurationMs) => lineUp(step).map(({ name }) => name);
const minHistoryAt = (step: DurationMs, wanted: string) =>
  lineUp(step).find(({ name }) => name === wanted)?.forecaster.capabilities.minHistory;

describe('lineUp', () => {
  it('has every member on five-minute steps, seasons of 288 and 2016 steps', () => {
    expect(namesAt(DEFAULT_STEP)).toEqual([...MEMBER_NAMES]);
    expect(minHistoryAt(DEFAULT_STEP, 'day-naive')).toBe(576);
    expect(minHistoryAt(DEFAULT_STEP, 'week-naive')).toBe(4032);
    expect(minHistoryAt(DEFAULT_STEP, 'profile-ar')).toBe(576);
  });

  it.each([
    ['a week of minutes still fits', MINUTE, [...MEMBER_NAMES]],
    ['a day of seconds is too long', SECOND, ['naive', 'baseline', 'ses']],
    ['a day of 7-minute steps is not whole', durationMs(7 * MINUTE), ['naive', 'baseline', 'ses']],
    ['a day of days is no season', DAY, ['naive', 'week-naive', 'baseline', 'ses']],
  ])('%s', (_, step, names) => {
    expect(namesAt(step)).toEqual(names);
  });
});

describe('blendMembers', () => {
  it('takes the day below an hour, the week from an hour on', () => {
    expect(blendMembers(DEFAULT_STEP)).toEqual(['day-naive', 'profile-ar', 'ses']);
    expect(blendMembers(HOUR)).toEqual(['week-naive', 'profile-ar', 'ses']);
  });

  it('takes what there is on a grid without seasons', () => {
    expect(blendMembers(durationMs(7 * MINUTE))).toEqual(['ses']);
  });
});

describe('blend', () => {
  it('is of its members', async () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 24);
    const { members } = (await blend(HOUR).fit(historyOf(values))).toState();
    expect(members.map(({ name }) => name)).toEqual(blendMembers(HOUR));
  });
});
