import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { replayHtml } from '#cli/render/replay-html.ts';
import {
  type ReplayDetail,
  type ReplayReport,
  ReplayReportSchema,
  ReplayRequestSchema,
} from '#contracts/http/replay.ts';
import { fakeApi, type RunOptions, run, temporaryDirectory } from './fake-environment.ts';

const OUTCOME = {
  slo_minutes: 30,
  unserved_unit_minutes: 12,
  unit_hours: 1_200,
  cost_difference: 0,
  cost: null,
  scale_outs: 4,
  scale_ins: 3,
};

const REPORT: ReplayReport = ReplayReportSchema.parse({
  workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
  metric: 'request_rate',
  unit: 'per_second',
  simulated: true,
  step_seconds: 300,
  from: '2026-01-01T00:00:00.000Z',
  judged_from: '2026-01-15T00:00:00.000Z',
  to: '2026-01-15T00:20:00.000Z',
  steps: 4_036,
  settings: {
    capacity_per_unit: 2.5,
    capacity_is: 'chosen',
    start_up_seconds: 300,
    metric_lag_steps: 1,
    slo_utilization: 0.9,
    target_utilization: 0.7,
    minimum_units: 1,
    maximum_units: 1_000,
    price_per_unit_hour: null,
  },
  forecasters: ['naive', 'ridge'],
  policies: [
    { ...OUTCOME, name: 'static', settings: { units: 4 }, under_capacity_minutes: 900 },
    { ...OUTCOME, name: 'static_peak', settings: { units: 9 }, under_capacity_minutes: 0 },
    {
      ...OUTCOME,
      name: 'reactive',
      settings: {
        target_utilization: 0.75,
        tolerance: 0.1,
        scale_in_stabilization_seconds: 900,
        scale_out_cooldown_seconds: 0,
      },
      under_capacity_minutes: 100,
    },
    {
      ...OUTCOME,
      name: 'helios',
      settings: {
        target_utilization: 0.82,
        quantile: 0.75,
        scale_in_window_seconds: 900,
        scale_in_below: 0.656,
      },
      under_capacity_minutes: 40,
      cost_difference: -0.004,
    },
    { ...OUTCOME, name: 'oracle', settings: {}, under_capacity_minutes: 0, unit_hours: 800 },
  ],
  verdict: {
    finding: 'helios_better',
    sentence: 'Helios is better: 40 min under capacity against 100 min.',
    saved_minutes: 60,
    saved_fraction: 0.6,
    saved_minutes_per_day: 4,
    standard_error: 1,
    days: 14,
    days_better: 10,
    days_worse: 1,
  },
  notes: [{ code: 'CAPACITY_CHOSEN', message: 'no capacity was given' }],
  chart: {
    demand: [3, 5, null, 4],
    ready: { reactive: [4, 4, 6, 6], helios: [4, 4, 5, 5], static: [4, 4, 4, 4] },
  },
});

const RUN = {
  run_id: 'replay-1',
  state: 'succeeded',
  created_at: '2026-01-15T00:00:00Z',
  finished_at: '2026-01-15T00:00:30Z',
  error: null,
  workload: null,
} as const;

async function replay(
  options: readonly string[],
  answer: Partial<ReplayDetail> = {},
  environment: RunOptions = {},
) {
  let polls = 0;
  const api = await fakeApi({
    'POST /api/v1/replay': {
      status: 202,
      body: { run: { ...RUN, state: 'queued', finished_at: null }, started: true },
    },
    'GET /api/v1/replay/replay-1': () => {
      const isDone = ++polls > 1;
      const running = { run: { ...RUN, state: 'running', finished_at: null }, report: null };
      return { body: isDone ? { run: RUN, report: REPORT, ...answer } : running };
    },
  });
  const ran = await run(['replay', ...options, '-e', api.url], environment);
  const body = api.received.find(({ method }) => method === 'POST')?.body;
  return { ...ran, asked: body };
}

describe('helios replay', () => {
  it('follows the run and shows every policy with the verdict', async () => {
    const { code, out, slept } = await replay(['-d', 'web', '-n', 'shop']);
    expect(code).toBe(0);
    expect(slept).toEqual([250]);
    expect(out).toContain('replay of request_rate of shop/web (simulated)');
    expect(out).toContain('Helios is better: 40 min under capacity against 100 min.');
    expect(out).toContain('its headroom is set so that both cost the same');
    expect(out).toContain('note: no capacity was given');
    const cells = out.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    expect(cells.find(([, name]) => name === 'reactive, tuned')).toEqual(
      expect.arrayContaining(['100', '30', '1,200', '0 %', '4', '3']),
    );
    expect(cells.find(([, name]) => name === 'Helios')).toEqual(
      expect.arrayContaining(['40', '-0.4 %']),
    );
  });

  it('asks for what the flags say', async () => {
    const { asked } = await replay(
      '-d web -m rps --days 14 --capacity 2.5 --start-up 2m --lag 2 --target 0.6 --slo 0.8 --minimum 2 --maximum 50 --price 0.04'.split(
        ' ',
      ),
    );
    expect(ReplayRequestSchema.parse(asked)).toMatchObject({
      deployment: 'web',
      metric: 'request_rate',
      days: 14,
      capacity_per_unit: 2.5,
      start_up_seconds: 120,
      metric_lag_steps: 2,
      target_utilization: 0.6,
      slo_utilization: 0.8,
      minimum_units: 2,
      maximum_units: 50,
      price_per_unit_hour: 0.04,
    });
  });

  it('sends the demand of a file on its grid', async () => {
    const directory = await temporaryDirectory();
    const rows = ['timestamp,value', '2026-01-01T00:00:00Z,5', '2026-01-01T00:05:00Z,6'];
    rows.push('2026-01-01T00:10:00Z,7');
    const text = [...rows, '2026-01-01T00:20:00Z,8', ''].join('\n');
    await writeFile(join(directory, 'demand.csv'), text);
    const { code, asked } = await replay(
      ['--file', 'demand.csv'],
      {},
      {
        workingDirectory: directory,
      },
    );
    expect(code).toBe(0);
    expect(asked).toEqual({
      history: { start: '2026-01-01T00:00:00.000Z', step_seconds: 300, values: [5, 6, 7, null, 8] },
    });
  });

  it('says which line of a file it cannot read, and why', async () => {
    const directory = await temporaryDirectory();
    const text = 'timestamp,value\n2026-03-29T01:30:00,1\n2026-03-29T01:35:00,2\n';
    await writeFile(join(directory, 'local.csv'), text);
    const ran = await replay(['--file', 'local.csv'], {}, { workingDirectory: directory });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain('IMPORT_INVALID');
    expect(ran.err).toMatch(/line 2: .*zone/);
  });

  it('wants one metric of a file', async () => {
    const directory = await temporaryDirectory();
    const text = 'timestamp,a,b\n2026-01-01T00:00:00Z,5,1\n2026-01-01T00:05:00Z,6,1\n';
    await writeFile(join(directory, 'wide.csv'), text);
    const options = { workingDirectory: directory };
    expect(await replay(['--file', 'wide.csv'], {}, options)).toMatchObject({ code: 2 });
    const { asked } = await replay(['--file', 'wide.csv', '-m', 'a'], {}, options);
    expect(asked).toMatchObject({ metric: 'a', history: { values: [5, 6] } });
  });

  it.each([
    // 60 of 100 minutes are saved.
    [60, {}, 0],
    [61, {}, 1],
    [-100, { finding: 'not_comparable' }, 1],
    // Nothing was short: there is nothing to save, and nothing to be worse than.
    [50, { saved_fraction: null, saved_minutes: 0 }, 0],
    [0, { saved_fraction: null, saved_minutes: -5 }, 1],
  ] as const)('with --fail-under %d and %j ends with %d', async (percent, verdict, code) => {
    const report = { ...REPORT, verdict: { ...REPORT.verdict, ...verdict } };
    const ran = await replay(['--fail-under', String(percent)], { report });
    expect(ran.code).toBe(code);
  });

  it('says why there is no report', async () => {
    const error = { code: 'HISTORY_TOO_SHORT', message: 'a replay needs 4 days' };
    const ran = await replay([], { run: { ...RUN, state: 'refused', error }, report: null });
    expect(ran).toMatchObject({ code: 3, out: '' });
    expect(ran.err).toContain('a replay needs 4 days (HISTORY_TOO_SHORT)');
  });

  it('ends with the code of what went wrong', async () => {
    const error = { code: 'STORE_UNAVAILABLE', message: 'the store did not answer' };
    const ran = await replay([], { run: { ...RUN, state: 'failed', error }, report: null });
    expect(ran.code).toBe(5);
  });

  it('writes a report with pictures', async () => {
    const directory = await temporaryDirectory();
    const options = { workingDirectory: directory };
    await replay(['--html', 'report.html'], {}, options);
    const html = await readFile(join(directory, 'report.html'), 'utf8');
    expect(html).toBe(replayHtml(REPORT));
  });

  it.each(['--start-up 2d', '--capacity 0', '--file a.csv --days 3', '--lag 0'])(
    'refuses %s',
    async (options) => {
      expect((await replay(options.split(' '))).code).toBe(2);
    },
  );
});

describe('the report with pictures', () => {
  it('holds a picture a policy that was charted, shortages marked, the table and the verdict', () => {
    const html = replayHtml(REPORT);
    expect(html.match(/<svg/g)).toHaveLength(3);
    expect(html).toContain('Helios: 40 min under capacity');
    expect(html).toContain(REPORT.verdict.sentence);
    expect(html).toContain('>2026-01-15T00:00Z</text>');
    // Demand 5 over 4 units in the second of four steps: a red box from a quarter to a half of the width.
    const [, short] = html.match(/class="short" d="([^"]*)"/) ?? [];
    expect(short).toMatch(/^M271 [\d.]+H498V[\d.]+H271Z$/);
  });

  it('loads nothing, runs nothing, and shows what comes from outside as text', () => {
    const evil = '<script>alert("1")</script>&\'';
    const html = replayHtml({
      ...REPORT,
      metric: evil,
      workload: { cluster: evil, namespace: evil, deployment: evil, container: evil },
      verdict: { ...REPORT.verdict, sentence: evil },
      forecasters: [evil],
      notes: [{ code: evil, message: evil }],
    });
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    expect(html).not.toMatch(/\b(src|href)=|url\(|https?:/);
    expect(html).toContain("default-src 'none'");
  });

  it('is drawn of an empty chart too', () => {
    const html = replayHtml({ ...REPORT, chart: { demand: [], ready: { helios: [] } } });
    expect(html).not.toContain('NaN');
  });
});
