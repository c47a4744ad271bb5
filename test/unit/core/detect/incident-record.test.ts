import { describe, expect, it } from '@jest/globals';
import { incidentsOf, rowsOf, story, track } from '../../../helpers/incident-story.ts';
import { type PointParts, scoredRow, serviceScore, timeOf } from '../../../helpers/scored-rows.ts';

describe('all metrics that trigger while it is open', () => {
  const rows = [
    scoredRow(0, { cpu: 4, memory: 0, disk: 3 }),
    scoredRow(1, { cpu: 3, memory: 3, disk: 0 }),
    scoredRow(2, { cpu: 3, memory: 3, disk: 0 }),
    scoredRow(3, { cpu: 3, memory: { score: 3, value: 50 }, disk: 0 }),
  ];

  it('join it, and only they', () => {
    expect(story(rows)).toEqual(['0 opened', '3 updated']);
    const [incident] = incidentsOf(rows);
    // 4² / (4² + 3²) = 16 / 25; memory went up at first, its first point of score 3 is its peak.
    expect(incident).toMatchObject({
      severity: 'critical',
      direction: 'above',
      peak: { at: timeOf(0), score: 4, metric: 'cpu' },
      detectors: ['residual'],
      metrics: [
        { metric: 'cpu', score: 4, share: 0.64, value: 200, lower: 90, upper: 110 },
        { metric: 'memory', score: 3, share: 0.36, value: 200, direction: 'above' },
      ],
      message:
        'cpu is 100 % above what is usual: 200 where 100 was expected (90 to 110), together with memory',
    });
  });

  it('have one direction, or are mixed', () => {
    const down = { score: 4, value: 50 };
    expect(incidentsOf([scoredRow(0, { cpu: down })])[0]?.direction).toBe('below');
    expect(incidentsOf([scoredRow(0, { cpu: down, memory: 4 })])[0]?.direction).toBe('mixed');
    const blind = { score: 4, expected: Number.NaN, tolerance: Number.NaN };
    expect(incidentsOf([scoredRow(0, { cpu: blind })])[0]).toMatchObject({
      direction: null,
      metrics: [{ value: 200, expected: null, lower: null, upper: null }],
    });
  });

  it('raise its severity and name the detectors that saw it', () => {
    const worse = rowsOf([3, 3, 3, { score: 6, detector: 'streaming', value: 300 }, 3]);
    expect(story(worse)).toEqual(['2 opened', '3 updated']);
    expect(track(worse).changes.map(({ incident }) => incident.severity)).toEqual([
      'high',
      'critical',
    ]);
    expect(incidentsOf(worse)[0]).toMatchObject({
      peak: { at: timeOf(3), score: 6 },
      detectors: ['residual', 'streaming'],
      metrics: [{ value: 300 }],
    });
  });
});

describe('the record', () => {
  it('names a detector that saw it later', () => {
    const rows = rowsOf([4, { score: 3, detector: 'streaming' }, 3]);
    expect(story(rows)).toEqual(['0 opened', '1 updated']);
    expect(incidentsOf(rows)[0]?.detectors).toEqual(['residual', 'streaming']);
  });

  it('clips bands to what the metric can be', () => {
    const point = { score: 4, value: 0.2, expected: 0.9, tolerance: 0.95, detector: 'a', usual: 1 };
    expect(incidentsOf([scoredRow(0, { cpu_utilization: point })])[0]?.metrics).toMatchObject([
      { lower: 0, upper: 1 },
    ]);
  });
});

describe('the service score', () => {
  const at = (i: number, score: number, smoothed: number, parts: Partial<PointParts> = {}) =>
    scoredRow(
      i,
      { cpu: { score: 1, value: 130, ...parts }, memory: 0.5 },
      { service: serviceScore(score, smoothed, { cpu: 0.64, disk: 0.26, memory: 0.1 }) },
    );

  it('opens an incident of the metrics that are responsible, graded by the smoothed score', () => {
    const rows = [at(0, 3, 0.5), at(1, 3, 1), at(2, 5, 2.6), at(3, 3, 3.1), at(4, 0, 2)];
    expect(story(rows)).toEqual(['2 opened', '3 updated']);
    expect(track(rows).changes.map(({ incident }) => incident.severity)).toEqual([
      'medium',
      'high',
    ]);
    // 5 × √0.64 = 4; memory has less than a fifth; disk has no value. 0.64 / (0.64 + 0.26).
    expect(incidentsOf(rows)[0]).toMatchObject({
      start: timeOf(0),
      peak: { at: timeOf(2), score: 5, metric: 'cpu' },
      detectors: ['service'],
      metrics: [
        { metric: 'cpu', score: 4, share: expect.closeTo(0.64 / 0.9, 12), value: 130 },
        { metric: 'disk', share: expect.closeTo(0.26 / 0.9, 12), value: null },
      ],
      message:
        'cpu does not go with the other metrics as usual: 130 where 100 was expected (90 to 110), together with disk',
    });
  });

  it('is low before the smoothed score says more', () => {
    expect(story([at(0, 4, 0.1), at(1, 4, 1.9)])).toEqual(['0 opened']);
    expect(incidentsOf([at(0, 4, 0.1)])[0]?.severity).toBe('low');
  });

  it('counts when one of the responsible metrics is notable', () => {
    const small = { value: 101 };
    const row = (shares: Readonly<Record<string, number>>) =>
      scoredRow(
        0,
        { cpu: { score: 1, ...small }, disk: 3 },
        { service: serviceScore(4, 1, shares) },
      );
    expect(story([row({ cpu: 0.9, disk: 0.1 })])).toEqual([]);
    expect(story([row({ cpu: 0.7, disk: 0.3 })])).toEqual(['0 opened']);
    expect(story([row({})])).toEqual(['0 opened']);
  });

  it('keeps it open until it is calm, too', () => {
    const rows = [at(0, 4, 1), at(1, 3, 1), ...[2, 3, 4, 5, 6].map((i) => at(i, 1, 1))];
    expect(story(rows)).toEqual(['0 opened', '6 closed']);
    expect(incidentsOf(rows)[0]?.end).toBe(timeOf(2));
  });

  it('adds to what a metric scored by itself', () => {
    const rows = [at(0, 5, 0.1, { score: 4.5 })];
    expect(incidentsOf(rows)[0]).toMatchObject({
      severity: 'critical',
      peak: { score: 5, metric: 'cpu' },
      detectors: ['residual', 'service'],
      metrics: [{ metric: 'cpu', score: 4.5 }, { metric: 'disk' }],
    });
  });
});

it('a value of 1e308 where nothing was expected gives a finite record', () => {
  const [incident] = incidentsOf(rowsOf([{ score: 1000, value: -1e308, expected: 1e308 }]));
  expect(JSON.parse(JSON.stringify(incident))).toEqual(incident);
  expect(incident).toMatchObject({ direction: 'below', metrics: [{ value: -1e308 }] });
});
