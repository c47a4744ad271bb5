import { describe, expect, it } from '@jest/globals';
import {
  emptyTracker,
  IncidentTrackerStateSchema,
  openIncident,
  trackIncidents,
} from '#core/detect/incidents.ts';
import {
  calm,
  incidentsOf,
  POLICY,
  rowsOf,
  story,
  track,
} from '../../../helpers/incident-story.ts';
import { type PointParts, scoredRow, serviceScore, timeOf } from '../../../helpers/scored-rows.ts';

/** Steps of 5 minutes. */
const DAY_ROWS = 288;

describe('an incident opens', () => {
  it('with the third of five points that count, and starts at the first of them', () => {
    const rows = rowsOf([0, 3, 0, 3, 0, 3]);
    expect(story(rows)).toEqual(['5 opened']);
    expect(track(rows).changes[0]?.incident).toMatchObject({
      id: '19700101T000500Z',
      start: timeOf(1),
      openedAt: timeOf(5),
      end: null,
      state: 'open',
      endedBecause: null,
    });
  });

  it('not with three of six, nor below the threshold', () => {
    expect(story(rowsOf([3, 0, 3, 0, 0, 3]))).toEqual([]);
    expect(story(rowsOf(new Array(20).fill(2.49)))).toEqual([]);
  });

  it('with one point that is enough alone', () => {
    expect(story(rowsOf([0, 3.99, 0]))).toEqual([]);
    expect(story(rowsOf([0, 4, 0]))).toEqual(['1 opened']);
  });

  it('with a gap between the points, but not over more than six hours', () => {
    const gap = (rows: number) => new Array<undefined>(rows).fill(undefined);
    expect(story(rowsOf([3, 3, ...gap(3), 3]))).toEqual(['5 opened']);
    // Row 72 is 72 × 5 minutes = 6 hours after row 0.
    expect(story(rowsOf([3, 3, ...gap(70), 3]))).toEqual(['72 opened']);
    expect(story(rowsOf([3, 3, ...gap(71), 3]))).toEqual([]);
  });

  it('not from what is too small, goes the wrong way or is masked', () => {
    const small = { score: 9, value: 104 };
    expect(story(rowsOf([small, small, small]))).toEqual([]);
    const policy = { ...POLICY, metrics: { cpu: { direction: 'down' as const } } };
    expect(story(rowsOf([9, 9, 9]), policy)).toEqual([]);
    const masked = (i: number, cpu: number) => scoredRow(i, { cpu }, { isMasked: true });
    expect(story([masked(0, 9), masked(1, 9)])).toEqual([]);
    // Masked rows take no place among the five.
    const rows = [...rowsOf([3, 3]), ...[2, 3, 4, 5].map((i) => masked(i, 9))];
    expect(story([...rows, scoredRow(6, { cpu: 3 })])).toEqual(['6 opened']);
  });

  it('unless its metrics are held back', () => {
    const heldBack = () => new Set(['cpu']);
    expect(story(rowsOf([9, 9, 9]), POLICY, { heldBack })).toEqual([]);
    const others = [scoredRow(0, { cpu: 9 }), scoredRow(1, { cpu: 9, memory: 9 })];
    expect(story(others, POLICY, { heldBack })).toEqual(['1 opened']);
    const service = serviceScore(9, 1, { cpu: 0.9, memory: 0.1 });
    expect(story([scoredRow(0, { cpu: 0 }, { service })], POLICY, { heldBack })).toEqual([]);
  });
});

describe('an incident closes', () => {
  it('after five unexceptional points in a row, and ended at the first of them', () => {
    const rows = rowsOf([4, 0, 0, 3, ...calm(5)]);
    expect(story(rows)).toEqual(['0 opened', '8 closed']);
    expect(incidentsOf(rows)[0]).toMatchObject({
      state: 'closed',
      start: timeOf(0),
      end: timeOf(4),
      endedBecause: 'recovered',
      message: expect.stringContaining('cpu was 100 % above'),
    });
  });

  it('when every one of its metrics has recovered', () => {
    const rows = [
      scoredRow(0, { cpu: 4, memory: 4 }),
      ...[1, 2, 3].map((i) => scoredRow(i, { cpu: 0, memory: 4 })),
      ...[4, 5, 6, 7, 8].map((i) => scoredRow(i, { cpu: 0, memory: 0 })),
    ];
    expect(story(rows)).toEqual(['0 opened', '8 closed']);
    expect(incidentsOf(rows)[0]?.end).toBe(timeOf(4));
  });

  it('not in a gap: a missing value neither recovers nor breaks a recovery', () => {
    const gap = new Array<undefined>(50).fill(undefined);
    expect(story(rowsOf([4, 0, 0, ...gap, 0, 0, 0]))).toEqual(['0 opened', '55 closed']);
    const masked = [3, 4, 5, 6].map((i) => scoredRow(i, { cpu: 0 }, { isMasked: true }));
    expect(story([...rowsOf([4, 0, 0]), ...masked])).toEqual(['0 opened']);
  });

  it('not by scores alone: a shift that detectors have got used to is still there', () => {
    // The detector expects 200 from the second row on and scores it no longer.
    const used = { score: 0.1, value: 200, expected: 200 };
    const shifted = rowsOf([4, ...new Array<PointParts>(DAY_ROWS - 1).fill(used)]);
    expect(story(shifted)).toEqual(['0 opened']);
    // 150 is half way back from the peak, 149 is nearer to what was expected before it.
    const at = (value: number) => rowsOf([4, ...new Array(5).fill({ ...used, value })]);
    expect(story(at(150))).toEqual(['0 opened']);
    expect(story(at(149))).toEqual(['0 opened', '5 closed']);
  });

  it('inside the usual band even if that is farther than half way', () => {
    // 112 was 12 above what was expected, half of it is 6; the band reaches to 110.
    const row = { score: 4, value: 112 };
    const back = (value: number) => rowsOf([row, ...new Array(5).fill({ score: 0, value })]);
    expect(story(back(110))).toEqual(['0 opened', '5 closed']);
    expect(story(back(111))).toEqual(['0 opened']);
  });

  it('inside a band that widens with the hours, as metrics wander', () => {
    // 140 was 40 above; the band of 10 is certain for an hour, and reaches to 130 after nine.
    const used = { score: 0, value: 140, expected: 140 };
    const held = (rows: number, value: number) =>
      rowsOf([
        { score: 4, value: 140 },
        ...new Array(rows - 1).fill(used),
        ...new Array(5).fill({ ...used, value }),
      ]);
    const closes = (rows: number) => ['0 opened', `${rows + 4} closed`];
    expect(story(held(9 * 12, 129.9))).toEqual(closes(9 * 12));
    expect(story(held(9 * 12 - 6, 129.9))).toEqual(['0 opened']);
    expect(story(held(9 * 12, 130.5))).toEqual(['0 opened']);
  });

  it('not inside the band when its peak was no farther out', () => {
    // A small shift that lasts: 20 above what was expected, in a band of 30.
    const small = { score: 4, value: 120, tolerance: 30 };
    expect(story(rowsOf(new Array(20).fill(small)))).toEqual(['0 opened']);
    const back = (value: number) =>
      rowsOf([small, ...new Array(5).fill({ ...small, score: 0, value })]);
    expect(story(back(110))).toEqual(['0 opened']);
    expect(story(back(109))).toEqual(['0 opened', '5 closed']);
  });

  it('even while the return itself is scored, because a detector has got used to the incident', () => {
    const used = { score: 0.1, value: 200, expected: 200 };
    const back = (value: number, expected: number) =>
      rowsOf([4, used, used, ...new Array(5).fill({ score: 9, value, expected })]);
    // Half way back is 150: it goes down again.
    expect(story(back(149, 200))).toEqual(['0 opened', '7 closed']);
    expect(incidentsOf(back(149, 200))[0]).toMatchObject({ end: timeOf(3), peak: { score: 4 } });
    expect(story(back(150, 200))).toEqual(['0 opened', '3 updated']);
    // What goes up as the incident did counts beyond the usual band, which ends at 110.
    expect(story(back(110, 90))).toEqual(['0 opened', '7 closed']);
    expect(story(back(111, 90))).toEqual(['0 opened', '3 updated']);
  });

  it('measured along the seasonal course', () => {
    // The course triples after a peak at twice of what was expected: half way back is 450.
    const peak = { score: 4, value: 200, usual: 0.5 };
    const later = (value: number) =>
      rowsOf([peak, ...new Array(5).fill({ score: 0, value, usual: 1.5 })]);
    expect(story(later(449))).toEqual(['0 opened', '5 closed']);
    expect(story(later(450))).toEqual(['0 opened']);
    expect(story(later(100))).toEqual(['0 opened']);
    // 1 says that there is no course: it has not doubled.
    const flat = { score: 0, value: 151, usual: 1 };
    expect(story(rowsOf([peak, ...new Array(5).fill(flat)]))).toEqual(['0 opened']);
  });

  it('by scores alone where nothing was expected at its onset', () => {
    const blind = { score: 4, expected: Number.NaN, tolerance: Number.NaN };
    expect(story(rowsOf([blind, ...calm(5)]))).toEqual(['0 opened', '5 closed']);
  });

  it('as a new level when it has not returned in a day, which opens no other', () => {
    const used = { score: 0.1, value: 200, expected: 200 };
    const rows = rowsOf([4, ...new Array(DAY_ROWS).fill(used)]);
    expect(story(rows)).toEqual(['0 opened', '288 closed']);
    expect(incidentsOf(rows)[0]).toMatchObject({
      end: timeOf(DAY_ROWS),
      endedBecause: 'new_level',
    });
    // A detector that goes on scoring it is not heard until it has been silent for half an hour.
    const loud = rowsOf([4, ...new Array(DAY_ROWS + 100).fill(4), ...calm(7), 4]);
    expect(story(loud)).toEqual(['0 opened', '288 closed', '396 opened']);
    const worse = rowsOf([4, ...new Array(DAY_ROWS + 100).fill(4), 5]);
    expect(story(worse)).toEqual(['0 opened', '288 closed', '389 opened']);
  });

  it('when its metrics have had no value for a day', () => {
    const rows = [scoredRow(0, { cpu: 4 })];
    for (let i = 1; i <= DAY_ROWS; i++) rows.push(scoredRow(i, { memory: 0 }));
    expect(story(rows)).toEqual(['0 opened', '288 closed']);
    expect(incidentsOf(rows)[0]).toMatchObject({ end: timeOf(0), endedBecause: 'no_data' });
  });
});

describe('after an incident', () => {
  const over = [4, ...calm(5)];

  it('its metrics are quiet for 30 minutes', () => {
    // Closed at row 5, quiet before row 11.
    expect(story(rowsOf([...over, ...calm(4), 4]))).toEqual(['0 opened', '5 closed']);
    expect(story(rowsOf([...over, ...calm(5), 4]))).toEqual(['0 opened', '5 closed', '11 opened']);
  });

  it('unless it is worse than before', () => {
    expect(story(rowsOf([...over, 4.1]))).toEqual(['0 opened', '5 closed', '6 opened']);
  });

  it('its echoes are not heard, however loud and long', () => {
    const echo = { score: 9, value: 100, expected: 200 };
    const rows = rowsOf([...over, ...new Array(50).fill(echo)]);
    expect(story(rows)).toEqual(['0 opened', '5 closed']);
    // The last echo is in row 55: quiet before row 61, unless it is worse than the incident was.
    const later = (row: number, score: number) => [
      ...rows,
      ...rowsOf(calm(70)).slice(56, row),
      scoredRow(row, { cpu: score }),
    ];
    expect(story(later(60, 4))).toEqual(['0 opened', '5 closed']);
    expect(story(later(60, 4.1))).toEqual(['0 opened', '5 closed', '60 opened']);
    expect(story(later(61, 4))).toEqual(['0 opened', '5 closed', '61 opened']);
  });

  it('its echoes are known for six hours', () => {
    const echo = (row: number, value: number) => [
      ...rowsOf([...over, ...calm(row - over.length)]),
      scoredRow(row, { cpu: { score: 9, value, expected: 200 } }),
    ];
    // Closed at row 5, six hours are 72 rows.
    expect(story(echo(76, 100))).toEqual(['0 opened', '5 closed']);
    expect(story(echo(77, 100))).toEqual(['0 opened', '5 closed', '77 opened']);
    // Half way back from the peak is 150.
    expect(story(echo(76, 150))).toEqual(['0 opened', '5 closed', '76 opened']);
  });

  it('other metrics are heard', () => {
    const rows = [...rowsOf(over), scoredRow(6, { cpu: 0, memory: 4 })];
    expect(story(rows)).toEqual(['0 opened', '5 closed', '6 opened']);
  });

  it('what went on before it closed does not lead to another', () => {
    const memory = (i: number, score: number) =>
      scoredRow(i, { cpu: i === 0 ? 4 : 0, memory: score });
    const rows = [0, 0, 0, 0, 3, 3, 3, 0].map((score, i) => memory(i, score));
    expect(story(rows)).toEqual(['0 opened', '5 closed']);
  });
});

describe('the state', () => {
  const rows = rowsOf([0, 3, 3, { score: 3, value: -0, tolerance: Number.NaN }, 0, 0]);

  it('survives JSON and its schema', () => {
    const { state } = track(rows);
    const restored = IncidentTrackerStateSchema.parse(JSON.parse(JSON.stringify(state)));
    expect(restored).toEqual(state);
    expect(openIncident(restored)).toEqual(track(rows).changes.at(-1)?.incident);
  });

  it('is almost nothing in health', () => {
    const { state } = track(rowsOf([3, ...calm(20)]));
    expect(state).toEqual({ ...emptyTracker(), lastAt: timeOf(20) });
    expect(openIncident(state)).toBeUndefined();
    // Eight hours after an incident it has been forgotten.
    expect(track(rowsOf([4, ...calm(100)])).state).toEqual({
      ...emptyTracker(),
      lastAt: timeOf(100),
    });
  });

  it('stays as it was given', () => {
    const { state } = track(rows);
    const copy = structuredClone(state);
    trackIncidents(state, [scoredRow(6, { cpu: 9, memory: 9 })]);
    expect(state).toEqual(copy);
  });

  it('holds metrics of any name', () => {
    const named = (i: number, score: number) => scoredRow(i, { constructor: score, to_string: 0 });
    const strange = [0, 3, 3, 3, ...calm(5)].map((score, i) => named(i, score));
    expect(story(strange)).toEqual(['3 opened', '8 closed']);
  });
});
