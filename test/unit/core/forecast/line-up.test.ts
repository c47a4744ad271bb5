import { describe, expect, it } from '@jest/globals';
import {
  BLEND_NAMES,
  blend,
  blendMembers,
  isDefaultMember,
  type LineUpOptions,
  lineUp,
  MEMBER_NAMES,
} from '#core/forecast/line-up.ts';
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

const STATISTICAL = MEMBER_NAMES.filter(
  (name) => name !== 'xgboost' && name !== 'prophet' && name !== 'lstm',
);
const WITHOUT_SEASON = ['naive', 'baseline', 'ses', 'seasonal-theta', 'ridge', 'ets', 'arima'];

const namesAt = (step: DurationMs, options?: LineUpOptions) =>
  lineUp(step, options).map(({ name }) => name);
const minHistoryAt = (step: DurationMs, wanted: string) =>
  lineUp(step).find(({ name }) => name === wanted)?.forecaster.capabilities.minHistory;

describe('lineUp', () => {
  it('has every member that needs no engine on five-minute steps, seasons of 288 and 2016 steps', () => {
    expect(namesAt(DEFAULT_STEP)).toEqual(STATISTICAL);
    expect(minHistoryAt(DEFAULT_STEP, 'day-naive')).toBe(576);
    expect(minHistoryAt(DEFAULT_STEP, 'week-naive')).toBe(4032);
    expect(minHistoryAt(DEFAULT_STEP, 'profile-ar')).toBe(576);
  });

  it.each([
    ['a week of minutes still fits', MINUTE, STATISTICAL],
    ['a day of seconds is too long', SECOND, WITHOUT_SEASON],
    ['a day of 7-minute steps is not whole', durationMs(7 * MINUTE), WITHOUT_SEASON],
    [
      'a day of days is no season, a week of them is',
      DAY,
      ['naive', 'week-naive', ...WITHOUT_SEASON.slice(1), 'mstl'],
    ],
  ])('%s', (_, step, names) => {
    expect(namesAt(step)).toEqual(names);
  });

  it('takes the shortest season found in the data where there is no day', () => {
    const step = durationMs(7 * MINUTE);
    expect(namesAt(step, { detected: [30, 100] })).toEqual([
      'naive',
      'baseline',
      'profile-ar',
      ...WITHOUT_SEASON.slice(2),
      'mstl',
    ]);
    const profile = lineUp(step, { detected: [30, 100] }).find(({ name }) => name === 'profile-ar');
    // Two turns of 30 steps.
    expect(profile?.forecaster.capabilities.minHistory).toBe(60);
    expect(namesAt(step, { detected: [10_081] })).toEqual(WITHOUT_SEASON);
    expect(minHistoryAt(DEFAULT_STEP, 'profile-ar')).toBe(576);
  });

  it.each([
    // Two weeks and a quarter of hours: 2.25 × 168 = 378.
    ['a day of hours', HOUR, 377, 24],
    ['a week of hours once it can be told from chance', HOUR, 378, 168],
    ['a day of five minutes, however long the history', DEFAULT_STEP, 20_000, 288],
  ])('gives seasonal-theta %s', async (_, step, steps, seasonLength) => {
    const member = lineUp(step, { steps }).find(({ name }) => name === 'seasonal-theta');
    const values = Array.from({ length: 2 * seasonLength + 8 }, (_each, i) => i % 24);
    const state = (await member?.forecaster.fit(historyOf(values, { step })))?.toState();
    expect(state).toMatchObject({ seasonLength });
  });
});

describe('the names of a version', () => {
  it('are those of members or of blends, never of both', () => {
    const names: readonly string[] = [...MEMBER_NAMES, ...BLEND_NAMES];
    expect(new Set(names).size).toBe(names.length);
    expect(BLEND_NAMES).toEqual(['auto', 'median', 'fusion']);
  });
});

describe('members trained unasked', () => {
  it('are all but those that take long', () => {
    const onRequest = STATISTICAL.filter((name) => !isDefaultMember(name, DEFAULT_STEP));
    expect(onRequest).toEqual(['ets', 'arima', 'mstl']);
  });

  it('have mstl among them from an hour on, where its histories are short', () => {
    const onRequest = STATISTICAL.filter((name) => !isDefaultMember(name, HOUR));
    expect(onRequest).toEqual(['ets', 'arima']);
  });
});

describe('blendMembers', () => {
  it('takes the day below an hour, the week from an hour on', () => {
    const short = blendMembers(DEFAULT_STEP);
    const long = blendMembers(HOUR);
    expect(short.core).toEqual(expect.arrayContaining(['naive', 'day-naive', 'xgboost']));
    expect(short.core).not.toContain('week-naive');
    expect(long.core).toContain('week-naive');
    expect(long.core).not.toContain('day-naive');
  });

  it.each([DEFAULT_STEP, HOUR])('names members only, each once, at %i ms', (step) => {
    const { core, admitted = [] } = blendMembers(step);
    const names = [...core, ...admitted];
    expect(MEMBER_NAMES).toEqual(expect.arrayContaining(names));
    expect(new Set(names).size).toBe(names.length);
    // Its free trend loses to the last value.
    expect(names).not.toContain('baseline');
  });
});

describe('blend', () => {
  it('is the median of the core that needs no engine', async () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 24);
    const state = (await blend(HOUR).fit(historyOf(values))).toState();
    expect(state.kind).toBe('median');
    expect(state.members.map(({ name }) => name)).toEqual(blendMembers(HOUR).core);
  });

  it('is of what there is on a grid without seasons', async () => {
    const step = durationMs(7 * MINUTE);
    const values = Array.from({ length: 60 }, (_, i) => i % 5);
    const { members } = (await blend(step).fit(historyOf(values, { step }))).toState();
    expect(members.map(({ name }) => name)).toEqual(['naive', 'ses', 'seasonal-theta', 'ridge']);
  });
});
