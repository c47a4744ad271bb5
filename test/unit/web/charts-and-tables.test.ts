import { describe, expect, it } from '@jest/globals';
import { align } from '#web/chart/align.ts';
import { timeLabels, valueLabels } from '#web/chart/axis-labels.ts';
import { chartTable, toCsv } from '#web/chart/chart-csv.ts';
import { type ChartModel, gridPoints, lastPoint, shifted } from '#web/chart/chart-model.ts';
import { plotData } from '#web/chart/plot-columns.ts';
import { panned, zoomed } from '#web/chart/range.ts';
import { safeName } from '#web/chart/save-file.ts';
import { sparkPaths } from '#web/chart/spark-path.ts';
import {
  filterRows,
  formatSort,
  parseSort,
  sortRows,
  windowOf,
} from '#web/components/table/rows.ts';
import { formatAge, formatClock, formatFull, toUtc } from '#web/format/time.ts';
import { pooledCoverage } from '#web/views/workload/forecast-facts.ts';
import { incidentSpans, metricModel, spread } from '#web/views/workload/metric-model.ts';
import {
  historyChoices,
  periodsFor,
  seasonHours,
  usualHistory,
} from '#web/views/workload/ranges.ts';

const START = '2026-03-02T10:00:00.000Z';
const T0 = Date.parse(START);
const HOUR = 3_600_000;

/** Three observations with a gap; a forecast from where they end. */
const MODEL: ChartModel = {
  unit: 'ratio',
  lines: [
    {
      id: 'f',
      label: 'forecast',
      look: 'forecast',
      points: { times: [T0 + 3e5, T0 + 6e5], values: [0.5, 0.6] },
    },
    {
      id: 'h',
      label: '=1+2, "x"',
      look: 'history',
      points: gridPoints(START, 300, [0.1, null, 0.3]),
    },
  ],
  bands: [{ label: '80 % band', times: [T0 + 6e5], lower: [0.4], upper: [Number.NaN] }],
};

describe('a chart', () => {
  it('brings its lines onto one axis: gaps stay null, what says nothing is undefined', () => {
    expect(align(MODEL)).toEqual({
      times: [T0 / 1e3, T0 / 1e3 + 300, T0 / 1e3 + 600],
      columns: [
        [undefined, 0.5, 0.6],
        [0.1, null, 0.3],
        [undefined, undefined, 0.4],
        [undefined, undefined, null],
      ],
    });
  });

  it('is drawn from bands up to the forecast', () => {
    const { columns, data } = plotData(MODEL);
    expect(columns).toEqual([
      { kind: 'bound', band: 0, side: 'lower' },
      { kind: 'bound', band: 0, side: 'upper' },
      { kind: 'line', line: 1 },
      { kind: 'line', line: 0 },
    ]);
    expect(data[3]).toEqual([0.1, null, 0.3]);
  });

  it('is exported with empty cells for what is missing, and no formula', () => {
    expect(toCsv(chartTable(MODEL))).toBe(
      [
        'time,forecast,"\'=1+2, ""x""","80 % band, lower","80 % band, upper"',
        '2026-03-02T10:00:00.000Z,,0.1,,',
        '2026-03-02T10:05:00.000Z,0.5,,,',
        '2026-03-02T10:10:00.000Z,0.6,0.3,0.4,',
        '',
      ].join('\r\n'),
    );
    expect(safeName('../<b>é "x".csv')).toBe('b-x.csv');
    expect(safeName('***.png')).toBe('chart.png');
  });

  it('labels its axes without digits that say nothing', () => {
    expect(valueLabels('ratio', [0, 0.2, 0.4])).toEqual(['0 %', '20 %', '40 %']);
    expect(valueLabels('ratio', [0.001, 0.0015])).toEqual(['0.10 %', '0.15 %']);
    expect(valueLabels('bytes', [0, 2 ** 30])).toEqual(['0 GiB', '1 GiB']);
    expect(valueLabels('bytes', [768, 1_024])).toEqual(['0.75 KiB', '1.00 KiB']);
    expect(valueLabels('count', [5, 5])).toEqual(['5', '5']);
    // Midnight in Berlin is 23:00 UTC.
    const night = Date.parse('2026-03-01T23:00:00Z') / 1e3;
    expect(timeLabels([night, night + 3_600], 3_600, 'Europe/Berlin')).toEqual(['2 Mar', '01:00']);
  });

  it('zooms and pans inside of what there is', () => {
    const all = { min: 0, max: 100 };
    // Half of it around 75: 75 stays where it is, three quarters in.
    expect(zoomed(all, 0.5, 75, all, 1)).toEqual({ min: 37.5, max: 87.5 });
    expect(zoomed({ min: 40, max: 60 }, 0.1, 50, all, 10)).toEqual({ min: 45, max: 55 });
    expect(zoomed({ min: 10, max: 90 }, 2, 50, all, 1)).toBeUndefined();
    expect(panned({ min: 80, max: 95 }, 1, all)).toEqual({ min: 85, max: 100 });
  });

  it('of small size breaks its line at gaps', () => {
    // 0 to 0.3 over 32 units less 2 on either side: 0.1 lies a third up, at 30 − 28/3 = 20.7.
    const paths = sparkPaths(
      { history: gridPoints(START, 300, [0.1, null, 0.3]) },
      { width: 100, height: 32, padding: 2 },
    );
    expect(paths).toEqual({
      history: 'M0 20.7M100 2',
      forecast: undefined,
      band: undefined,
      now: undefined,
    });
    const nothing = sparkPaths(
      { history: { times: [], values: [] } },
      { width: 9, height: 9, padding: 1 },
    );
    expect(nothing.history).toBe('');
    // 100 and 99 differ by a hundredth: over a tenth of 100, 1 is a tenth of the height, 2.8 of 28.
    const calm = sparkPaths(
      { history: gridPoints(START, 300, [100, 99]) },
      { width: 100, height: 32, padding: 2 },
    );
    expect(calm.history).toBe('M0 2L100 4.8');
  });
});

describe('the chart of a metric', () => {
  // Two days by the hour, 0 … 47, ending at 09:00; a day of them is shown.
  const series = {
    start: START,
    step_seconds: 3_600,
    values: Array.from({ length: 48 }, (_, i) => i),
  };
  const parts = {
    ...{ unit: 'count' as const, series, issued: [], anomalies: [], spans: [] },
    ...{ predicted: undefined, historyHours: 24, seasonHours: 24 },
  };

  it('shows what was asked for, beside the same a day earlier', () => {
    const [history, naive] = metricModel(parts).lines;
    expect(history?.points.values).toEqual(series.values.slice(23));
    // What was a day earlier, drawn a day later, as far as history reaches.
    expect(naive).toMatchObject({ look: 'naive', label: 'a day earlier' });
    expect(naive?.points.times[0]).toBe(T0 + 24 * HOUR);
    expect(naive?.points.values).toEqual(series.values.slice(0, 24));
  });

  it('draws a few forecasts as issued, each from its newest observation on', () => {
    const issued = Array.from({ length: 20 }, (_, i) => ({
      ...{ issued_at: `i${i}`, model: 'auto', version: null, step_seconds: 3_600, level: null },
      ...{ values: [1, 2], lower_bounds: null, upper_bounds: null },
      data_as_of: new Date(T0 + (46 - i) * HOUR).toISOString(),
    }));
    const lines = metricModel({ ...parts, issued }).lines.filter(({ look }) => look === 'issued');
    expect(lines).toHaveLength(6);
    expect(lines[0]?.points).toEqual({ times: [T0 + 47 * HOUR, T0 + 48 * HOUR], values: [1, 2] });
    expect(spread([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
    expect(spread([1, 2], 3)).toEqual([1, 2]);
  });

  it('marks kept incidents, and those only found where none is kept', () => {
    const common = {
      ...{ opened_at: START, peak: { at: START, score: 3, metric: null }, direction: null },
      ...{ severity: 'high' as const, ended_because: null, metrics: [], detectors: [] },
    };
    const of = (from: number, to: number | null) => ({
      ...{ ...common, start: new Date(from).toISOString(), message: 'm' },
      end: to === null ? null : new Date(to).toISOString(),
      state: to === null ? ('open' as const) : ('closed' as const),
    });
    const workload = { cluster: 'c', namespace: 'n', deployment: 'd', container: '*' };
    const kept = { ...of(T0, T0 + HOUR), id: 'i~1', workload, simulated: false, feedback: null };
    const spans = incidentSpans([kept], [of(T0 + HOUR / 2, null), of(T0 + 2 * HOUR, null)]);
    expect(spans.map(({ from, to, href }) => [from, to, href])).toEqual([
      [T0, T0 + HOUR, '#/incidents/c/n/d/*?id=i%7E1'],
      [T0 + 2 * HOUR, null, undefined],
    ]);
  });

  it('asks for no more than the API answers at once', () => {
    expect(historyChoices(300)).toEqual([1, 6, 24, 72, 168, 672]);
    // 28 h of 5 s are 20,160 steps.
    expect(historyChoices(5)).toEqual([1, 6, 24]);
    expect(usualHistory(300)).toBe(72);
    expect(periodsFor(168, 300)).toEqual({ periods: 2_016 });
    expect(periodsFor(720, 300)).toEqual({ periods: 720, step_seconds: 3_600 });
    expect(seasonHours(672, 300)).toBe(168);
    expect(seasonHours(3, 5)).toBe(24);
    expect(seasonHours(24, 5)).toBeUndefined();
  });

  it('pools coverage by its cases, of one level', () => {
    const bucket = { from_step: 1, to_step: 1 };
    // (0.9 × 100 + 0.5 × 300) / 400 = 0.6
    expect(
      pooledCoverage(
        [
          { ...bucket, level: 0.8, coverage: 0.9, cases: 100 },
          { ...bucket, level: 0.8, coverage: 0.5, cases: 300 },
          { ...bucket, level: 0.95, coverage: 1, cases: 900 },
          { ...bucket, level: 0.8, coverage: null, cases: 0 },
        ],
        0.8,
      ),
    ).toEqual({ share: 0.6, cases: 400, level: 0.8 });
    expect(pooledCoverage([], 0.8)).toBeUndefined();
  });

  it('knows the last value that was observed', () => {
    expect(lastPoint(gridPoints(START, 300, [1, 2, null]))).toEqual({ at: T0 + 3e5, value: 2 });
    expect(lastPoint(gridPoints(START, 300, [null]))).toBeUndefined();
    expect(shifted({ times: [1], values: [2] }, 5)).toEqual({ times: [6], values: [2] });
  });
});

describe('a table', () => {
  it('sorts numbers as numbers, names as people do, and what is missing last', () => {
    const by = (values: readonly (number | string | null)[], descending: boolean) =>
      sortRows(values, (value) => value, descending);
    expect(by([2, null, 10, 1], false)).toEqual([1, 2, 10, null]);
    expect(by([2, null, 10, 1], true)).toEqual([10, 2, 1, null]);
    expect(by(['web-10', 'Web-9', 'api'], false)).toEqual(['api', 'Web-9', 'web-10']);
    expect(parseSort('-peak')).toEqual({ column: 'peak', descending: true });
    expect(formatSort({ column: 'peak', descending: false })).toBe('peak');
    expect(parseSort('')).toBeUndefined();
  });

  it('keeps rows that have every word', () => {
    const rows = ['shop/web', 'shop/api', 'bank/web'];
    expect(filterRows(rows, (row) => row, ' WEB shop ')).toEqual(['shop/web']);
    expect(filterRows(rows, (row) => row, '  ')).toBe(rows);
  });

  it('draws what is in sight, by whole margins', () => {
    // Rows 25 to 50 are in sight (1,000 / 40, 1,000 more pixels): from 24 less 8, to 56 and 8 more.
    expect(windowOf(500, 40, -1_000, 1_000, 8)).toEqual({ first: 16, last: 64 });
    expect(windowOf(500, 40, 300, 1_000, 8)).toEqual({ first: 0, last: 32 });
    expect(windowOf(10, 40, -10_000, 1_000, 8)).toEqual({ first: 10, last: 10 });
  });
});

describe('times', () => {
  it.each([
    [2_000, 'now'],
    [45_000, '45 s ago'],
    [-600_000, 'in 10 min'],
    [5 * HOUR, '5 h ago'],
    [72 * HOUR, '3 d ago'],
  ])('%p ms are %p', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });

  it('are of the zone of whoever looks, and UTC beside', () => {
    expect(formatClock(T0, T0 + HOUR, 'Europe/Berlin')).toBe('11:00');
    expect(formatClock(T0, T0 + 20 * HOUR, 'Europe/Berlin')).toBe('2 Mar, 11:00');
    expect(formatFull(T0, 'Europe/Berlin')).toBe('2 Mar 2026, 11:00 CET');
    expect(toUtc(T0)).toBe('2026-03-02 10:00:00 UTC');
  });
});
