import { describe, expect, it } from '@jest/globals';
import { DetectRequestSchema } from '#contracts/http/detect.ts';
import { DETECTION, FOUND, HEALTHY, LONE, UNSCORED } from './detect-answers.ts';
import { detect } from './detect-run.ts';
import { errorAnswer, fakeApi, run } from './fake-environment.ts';

/** What is asked of a workload's stored data. */
async function asked(options: string): Promise<unknown> {
  const { received } = await detect(options);
  expect(DetectRequestSchema.safeParse(received[0]?.body).error).toBeUndefined();
  return received[0]?.body;
}

describe('helios detect asks', () => {
  it.each([
    ['', {}],
    ['--deployment my-app --namespace default', { deployment: 'my-app', namespace: 'default' }],
    ['-d web --cluster two --container c', { deployment: 'web', cluster: 'two', container: 'c' }],
    ['-l 6 -s high', { lookback_minutes: 360, sensitivity: 'high' }],
    ['--minutes 90 --threshold 2.75', { lookback_minutes: 90, threshold_sigma: 2.75 }],
    ['-m cpu memory -m rps,cpu', { metrics: ['cpu', 'memory', 'rps'] }],
    ['--end 2026-01-01T01:00:00+01:00', { end: '2026-01-01T00:00:00.000Z' }],
    ['--chart --explain', { include_points: true, explain: true }],
  ])('%j', async (options, body) => {
    expect(await asked(options)).toEqual(body);
  });

  it.each([
    ['-l 0', 'whole numbers from 1 to 168'],
    ['--minutes 10081', 'whole numbers from 1 to 10080'],
    ['-l 1 --minutes 60', "option '--minutes <number>' cannot be used with option"],
    ['-s extreme', 'Allowed choices are low, medium, high'],
    ['-s low --threshold 3', 'cannot be used with option'],
    ['--threshold 0.5', 'numbers from 1 to 5'],
    ['--end 2026-01-01', 'has no zone'],
    ['--end yesterday', 'is no timestamp'],
    ['--file a.csv -l 2', 'cannot be used with option'],
    ['--fail-on any', 'Allowed choices are low, medium, high, critical'],
  ])('nothing with %s: it ends with 2', async (options, message) => {
    const { code, err, out, received } = await detect(options);
    expect(err).toContain(message);
    expect({ code, out, received }).toEqual({ code: 2, out: '', received: [] });
  });
});

describe('helios detect shows', () => {
  it('what was looked at, every incident with its anomalies, and all in one line', async () => {
    const { code, out, err } = await detect('--utc');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(
      [
        'sample/webshop  SIMULATED',
        '  data      24 values, every 5 min, as of 2025-12-31 23:55Z',
        '  threshold scores of 2.5 or more; --sensitivity or --threshold changes it',
        '  detectors version abc123, trained 2025-12-31 12:00Z',
        '  because   reconstruction has learned nothing yet (NOT_TRAINED)',
        '',
        'incident 1  critical  open since 2025-12-31 23:45Z (10 min)',
        '  cpu_utilization 90 %, expected 50 %',
        '  metrics: cpu_utilization 75 %, latency_p95 25 %; found by residual',
        '+-------------------+-----------------+---------+-----------+---------------+',
        '| Time              | Metric          |   Value |  Expected | Score         |',
        '+-------------------+-----------------+---------+-----------+---------------+',
        '| 2025-12-31 23:50Z | cpu_utilization | 90.00 % |   50.00 % | 4.25 critical |',
        '|                   |                 |         | (40.00 to |               |',
        '|                   |                 |         |  60.00 %) |               |',
        '| 2025-12-31 23:55Z | cpu_utilization | 75.00 % |         ? | 3.00 high     |',
        '+-------------------+-----------------+---------+-----------+---------------+',
        '',
        'in no incident',
        '+-------------------+--------------+-----------+-----------+-------------+',
        '| Time              | Metric       |     Value |  Expected | Score       |',
        '+-------------------+--------------+-----------+-----------+-------------+',
        '| 2025-12-31 23:10Z | memory_bytes | 3.000 GiB | 1.000 GiB | 2.60 medium |',
        '+-------------------+--------------+-----------+-----------+-------------+',
        '',
        'critical: 3 anomalies in 24 values (12.5 %), 1 incident, highest score 4.25, 1 critical, 1 high, 1 medium',
        '',
      ].join('\n'),
    );
  });

  it('that nothing was found, and that nothing could be judged, as different things', async () => {
    const healthy = await detect('', HEALTHY);
    expect(healthy.code).toBe(0);
    expect(healthy.out).toMatch(/\n\nhealthy: no anomaly in 24 values, highest score 1\.50\n$/);
    const unscored = await detect('', UNSCORED);
    expect(unscored.code).toBe(3);
    expect(unscored.out).toContain('  detectors ? nothing was learned of this workload yet\n');
    expect(unscored.out).toContain('enough at 2026-01-02 (HISTORY_TOO_SHORT)\n');
    expect(unscored.out).toMatch(/\n\? none of 24 values could be judged\n$/);
  });

  it('exactly the validated answer as JSON', async () => {
    expect(JSON.parse((await detect('-o json')).out)).toEqual(DETECTION);
    expect((await detect('-o yaml')).out).toContain('anomalies_detected: 3\n');
  });

  it('a row an anomaly with raw numbers as CSV, and as Markdown', async () => {
    expect((await detect('-o csv')).out.split('\r\n')).toEqual([
      'incident,timestamp,metric,value,expected_value,lower_bound,upper_bound,unit,anomaly_score,direction,severity,detector,description',
      ',2025-12-31T23:10:00.000Z,memory_bytes,3221225472,1073741824,,,bytes,2.6,above,medium,streaming,memory_bytes is above what is usual',
      '1,2025-12-31T23:50:00.000Z,cpu_utilization,0.9,0.5,0.4,0.6,ratio,4.25,above,critical,residual,cpu_utilization is above what is usual',
      '1,2025-12-31T23:55:00.000Z,cpu_utilization,0.75,,,,ratio,3,above,high,residual,cpu_utilization is above what is usual',
      '',
    ]);
    const { out } = await detect('-o md --utc');
    expect(out).toContain('| 1 | 2025-12-31 23:50Z | cpu\\_utilization | 90.00 % | 50.00 % |');
  });

  it('the highest twelve of many, and says so', async () => {
    const anomalies = Array.from({ length: 40 }, (_, i) => ({
      ...LONE,
      timestamp: new Date(Date.UTC(2025, 11, 31, 20, i)).toISOString(),
      anomaly_score: 3 + ((i * 7) % 40) / 100,
    }));
    const { out } = await detect('--utc', { ...DETECTION, incidents: [], anomalies });
    // Scores are 3.00 to 3.39 in another order: 7i mod 40 is 39 at i = 17, 28 at i = 4 and 27 at 21.
    expect(out.match(/^\| 2025.*$/gm)).toHaveLength(12);
    expect(out).toContain('| 2025-12-31 20:17Z ');
    expect(out).toContain('| 2025-12-31 20:04Z ');
    expect(out).not.toContain('| 2025-12-31 20:21Z ');
    expect(out).toContain('the 12 highest of 40; -o csv prints all\n');
  });

  it('no rate as zero that is not', async () => {
    const summary = { ...DETECTION.summary, anomaly_rate: 0.0001 };
    expect((await detect('', { ...DETECTION, summary })).out).toContain(
      'values (below 0.1 %), 1 inc',
    );
  });

  it('that the API lists only some of them', async () => {
    const { out } = await detect('', { ...DETECTION, anomalies_detected: 1_234 });
    expect(out).toContain('only 3 of them are listed: ask for less at once\n');
  });

  it.each([
    ['recovered', '2025-12-31 23:45Z to 2026-01-01 00:30Z (45 min)\n'],
    ['new_level', '(45 min), since then usual at a new level\n'],
    ['no_data', '(45 min), since then without values\n'],
  ])('how an incident has ended: %s', async (reason, text) => {
    const incident = {
      ...FOUND,
      state: 'closed',
      end: '2026-01-01T00:30:00.000Z',
      ended_because: reason,
    };
    const { out } = await detect('--utc', { ...DETECTION, incidents: [incident] });
    expect(out).toContain(text);
  });

  it('a row a line where the terminal is wide enough', async () => {
    const out: string[] = [];
    await detect('--utc', DETECTION, { stdout: { write: (text) => out.push(text), columns: 120 } });
    expect(out.join('')).toContain('| 50.00 % (40.00 to 60.00 %) | 4.25 critical |');
  });

  it('times in the zone of the reader', async () => {
    const { out } = await detect('', DETECTION, { timeZone: 'Europe/Berlin' });
    expect(out).toContain('open since 2026-01-01 00:45+01:00');
    expect(out).toContain('| 2026-01-01 00:50+01:00 |');
  });

  it('colours on a terminal, and none where NO_COLOR asks for none', async () => {
    const out: string[] = [];
    const stdout = { write: (text: string) => out.push(text), isTTY: true, columns: 120 };
    await detect('', DETECTION, { stdout });
    await detect('', DETECTION, { stdout, env: { NO_COLOR: '1' } });
    expect(out[0]).toContain('\u001b[31mcritical\u001b[39m');
    expect(out[1]).not.toContain('\u001b');
  });

  it('names from outside as text: no terminal, CSV or Markdown obeys them', async () => {
    const evil = '=a\u001b[2J|<b>'.padEnd(200, 'x');
    const answer = {
      ...DETECTION,
      workload: { ...DETECTION.workload, deployment: evil },
      anomalies: [{ ...LONE, metric: evil, description: evil, detector: evil }],
      incidents: [{ ...FOUND, message: evil, metrics: [{ ...FOUND.metrics[0], metric: evil }] }],
      reasons: [{ code: evil, message: evil }],
    };
    for (const options of ['', '--explain', '-o md']) {
      expect((await detect(options, answer)).out).not.toContain('\u001b');
    }
    expect((await detect('-o csv', answer)).out).toContain(",'=a");
    expect((await detect('-o md', answer)).out).toContain('\\|&lt;b>');
    const { out } = await detect('', answer);
    const rows = out.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.every((line) => line.length <= 80)).toBe(true);
    expect(rows.map((line) => line.split('|')[2]?.trim()).join('')).toContain('x'.repeat(180));
  });
});

describe('helios detect --chart', () => {
  const points = (values: (number | null)[]) => ({
    start: '2025-12-31T23:40:00.000Z',
    values,
    expected_values: values.map(() => 0.5),
    lower_bounds: values.map(() => 0.4),
    upper_bounds: values.map(() => 0.6),
    anomaly_scores: values.map(() => 1),
  });
  const charted = {
    ...DETECTION,
    points: {
      cpu_utilization: points([0.5, 0.5, 0.9, 0.75]),
      error_rate: points([0.5, null, 0.5, 0.5]),
      restarts: {
        ...points([null]),
        expected_values: [null],
        lower_bounds: [null],
        upper_bounds: [null],
      },
    },
  };
  const titles = (out: string) =>
    out.match(/^\w+ {2}(?=X anomaly|\?)/gm)?.map((text) => text.trim());

  it('draws what was measured and expected, the band, and every anomaly', async () => {
    const { out } = await detect('--chart --utc', charted);
    const start = out.indexOf('cpu_utilization  X');
    // Rows from 0.9 to 0.4 in steps of 0.0556: 0.75 is row 3, 0.6 row 5, 0.5 row 7; four columns a point.
    expect(out.slice(start).split('\n').slice(0, 13)).toEqual(
      [
        'cpu_utilization  X anomaly  o expected  . usual',
        '90.00 % +        X****',
        '        |        *   *',
        '        |        *   *',
        '        |        *   X***',
        '        |        *',
        '62.22 % +........*.......',
        '        |........*.......',
        '        |*********ooooooo',
        '        |................',
        '40.00 % +................',
        '        +----------------',
        '         23:40      23:55',
      ].map((line) => line),
    );
    expect(titles(out)).toEqual(['cpu_utilization']);
  });

  it('draws the metrics asked for, by any of their names', async () => {
    expect(titles((await detect('--chart -m error_rate restarts', charted)).out)).toEqual([
      'error_rate',
      'restarts',
    ]);
    expect(titles((await detect('--chart -m cpu', charted)).out)).toEqual(['cpu_utilization']);
  });

  it('draws all where nothing was found and nothing asked for', async () => {
    const answer = { ...HEALTHY, points: charted.points };
    const { out } = await detect('--chart', answer);
    expect(titles(out)).toEqual(['cpu_utilization', 'error_rate', 'restarts']);
    expect(out).toContain('restarts  ? there is no value\n');
  });
});

describe('helios detect --explain', () => {
  it('shows what made the expected value, the largest first as answered', async () => {
    const contributions = Array.from({ length: 10 }, (_, i) => ({
      feature: `f${i}`,
      contribution: i === 1 ? -0.25 : 0.1,
    }));
    const [, worst] = DETECTION.anomalies;
    const answer = { ...DETECTION, anomalies: [LONE, { ...worst, contributions }] };
    const { out } = await detect('--explain --utc', answer);
    const start = out.indexOf('why 50.00 % was expected of cpu_utilization at 2025-12-31 23:50Z');
    expect(out.slice(start).split('\n').slice(1, 7)).toEqual([
      '+---------+----------+',
      '| Feature |     Adds |',
      '+---------+----------+',
      '| f0      | +10.00 % |',
      '| f1      | -25.00 % |',
      '| f2      | +10.00 % |',
    ]);
    expect(out).toContain('and 2 smaller ones\n');
    expect(out).not.toContain('f8');
  });

  it('says when there is nothing to take apart', async () => {
    expect((await detect('--explain')).out).toContain('compare values with their own past only');
    expect((await detect('--explain', HEALTHY)).out).toContain('nothing to explain');
  });
});

describe('helios detect --fail-on', () => {
  it.each([
    ['low', DETECTION, 1],
    ['critical', DETECTION, 1],
    ['low', HEALTHY, 0],
    ['low', UNSCORED, 3],
    [
      'high',
      {
        ...DETECTION,
        incidents: [],
        summary: { ...DETECTION.summary, by_severity: { medium: 3 } },
      },
      0,
    ],
    [
      'medium',
      {
        ...DETECTION,
        incidents: [],
        summary: { ...DETECTION.summary, by_severity: { medium: 3 } },
      },
      1,
    ],
    ['high', { ...DETECTION, summary: { ...DETECTION.summary, by_severity: { medium: 3 } } }, 1],
  ])('%s: case %#', async (severity, answer, expected) => {
    expect((await detect(`--fail-on ${severity}`, answer)).code).toBe(expected);
    expect((await detect(`--fail-on ${severity} -o json`, answer)).code).toBe(expected);
  });

  it('fails on nothing unless asked to', async () => {
    expect((await detect('')).code).toBe(0);
  });

  it.each([
    [400, 'METRIC_UNKNOWN', 2],
    [422, 'HISTORY_TOO_SHORT', 3],
    [503, 'STORE_UNAVAILABLE', 5],
  ])('an answer %d %s ends with %d and says what to do', async (status, error, expected) => {
    const api = await fakeApi({
      'POST /api/v1/detect': errorAnswer(status, error, 'no', { known: ['cpu_utilization'] }),
    });
    const argv = ['detect', '--fail-on', 'low', '-e', api.url];
    const { code, out, err } = await run(argv);
    expect({ code, out }).toEqual({ code: expected, out: '' });
    expect(err).toContain('error: no\n  known: cpu_utilization\n');
    expect(err).toMatch(/ {2}next: /);
  });
});
