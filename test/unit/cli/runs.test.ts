import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { pairFits } from '#cli/render/run-comparison.ts';
import type { RunDetail } from '#contracts/http/train.ts';
import { FITS, OTHER_FITS, RUN_DONE, RUN_STARTED, WEBSHOP } from './answers.ts';
import { errorAnswer, fakeApi, run } from './fake-environment.ts';

const FAILED = {
  ...RUN_STARTED.run,
  run_id: 'run-0',
  trigger: 'schedule',
  state: 'failed',
  created_at: '2025-12-31T22:00:00.000Z',
  finished_at: '2025-12-31T22:05:00.000Z',
  workloads: 1,
  failed: 1,
  error: { code: 'STORE_UNAVAILABLE', message: 'x' },
};

const SECOND: RunDetail = {
  run: { ...RUN_DONE.run, run_id: 'run-2', created_at: '2026-01-02T00:00:00.000Z' },
  details: RUN_DONE.details.map((workload) => ({
    ...workload,
    left_out: [
      { metric: 'cpu_utilization', member: 'naive', code: 'HISTORY_TOO_SHORT', message: 'no' },
    ],
  })),
};

const ROUTES = {
  'GET /api/v1/runs': { body: { runs: [RUN_STARTED.run, RUN_DONE.run, FAILED] } },
  'GET /api/v1/runs/run-1': { body: RUN_DONE },
  'GET /api/v1/runs/run-1/fits': { body: { run_id: 'run-1', fits: FITS } },
  'GET /api/v1/runs/run-2': { body: SECOND },
  'GET /api/v1/runs/run-2/fits': { body: { run_id: 'run-2', fits: OTHER_FITS } },
};

/** Runs `helios ARGV` against the answers above. */
async function helios(argv: string, routes: Parameters<typeof fakeApi>[0] = ROUTES) {
  const api = await fakeApi(routes);
  const ran = await run([...argv.split(' '), '-e', api.url]);
  return { ...ran, received: api.received };
}

describe('helios runs list', () => {
  it('says of each run what started it, how long it took and what came of it', async () => {
    const { out, received } = await helios('runs --limit 3');
    expect(received[0]?.query).toEqual({ limit: '3' });
    expect(out).toBe(
      [
        '+-------+----------+-----------+-------------------+-------------+---------+---------+--------+',
        '| Run   | Trigger  | State     | Started           |        Took | Trained | Refused | Failed |',
        '+-------+----------+-----------+-------------------+-------------+---------+---------+--------+',
        '| run-1 | request  | queued    | 2026-01-01 00:00Z | ? not ended |       0 |       0 |      0 |',
        '| run-1 | request  | succeeded | 2026-01-01 00:00Z |      10.0 s |       1 |       0 |      0 |',
        '| run-0 | schedule | failed    | 2025-12-31 22:00Z |       5 min |       0 |       0 |      1 |',
        '+-------+----------+-----------+-------------------+-------------+---------+---------+--------+',
        '',
      ].join('\n'),
    );
  });

  it('writes raw numbers as CSV, and the whole answer as YAML', async () => {
    const csv = (await helios('runs list -o csv')).out.split('\r\n');
    expect(csv[0]).toBe('run_id,trigger,state,created_at,duration_ms,trained,refused,failed');
    expect(csv[1]).toBe('run-1,request,queued,2026-01-01T00:00:00.000Z,,0,0,0');
    expect(csv[2]).toBe('run-1,request,succeeded,2026-01-01T00:00:00.000Z,10000,1,0,0');
    expect(parse((await helios('runs list -o yaml')).out)).toEqual({
      runs: [RUN_STARTED.run, RUN_DONE.run, FAILED],
    });
  });

  it('says how to make the first one', async () => {
    const { out } = await helios('runs', { 'GET /api/v1/runs': { body: { runs: [] } } });
    expect(out).toBe('no run yet: helios train\n');
  });
});

describe('helios runs show', () => {
  it('shows the stages, who was left out and why, and every fit, the best first', async () => {
    const { code, out } = await helios('runs show run-1');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'sample/webshop  trained',
        '  1. Feature engineering succeeded: 8,064 steps, seasons day, week',
        '  2. Model registration  succeeded: promoted',
        '  refused   restarts: 3 of 24: enough at 02:00 (TOO_FEW_OBSERVATIONS)',
        '  left out  ses for cpu_utilization: flat (FIT_DID_NOT_CONVERGE)',
        '',
        '+------------------------+-------+----------------+----------------+-------+------------+--------+',
        '| Metric                 | Model |            MAE |       vs naive | Cases |   Fit time | Serves |',
        '+------------------------+-------+----------------+----------------+-------+------------+--------+',
        '| cpu_utilization        | auto  |        1.250 % |        +68.8 % | 1,200 | not fitted | yes    |',
        '| cpu_utilization        | lstm  |        2.000 % |          +50 % | 1,200 |     90.5 s |        |',
        '| cpu_utilization        | naive | ? not measured | ? not measured |     0 |       1 ms |        |',
        '| cpu_utilization.hourly | ridge |        10.00 % |          +50 % | 1,200 |      1.5 s |        |',
        '| memory_bytes           | ridge |      1.000 MiB |          +50 % | 1,200 |      12 ms | yes    |',
        '+------------------------+-------+----------------+----------------+-------+------------+--------+',
        '',
        'run run-1 succeeded: 1 trained, 0 refused, 0 failed',
        '',
      ].join('\n'),
    );
  });

  it('asks for the workload and the metric that are named, and shows nothing of others', async () => {
    const { out, received } = await helios('runs show run-1 -d webshop -n sample --metric memory');
    expect(received[1]).toMatchObject({
      path: '/api/v1/runs/run-1/fits',
      query: { deployment: 'webshop', namespace: 'sample', metric: 'memory', limit: '1000' },
    });
    expect(out).not.toContain('left out');
    expect((await helios('runs show run-1 -d other')).out).not.toContain('sample/webshop');
  });

  it('keeps what is about the hourly track of the metric named', async () => {
    const [workload] = RUN_DONE.details;
    const reason = { code: 'HISTORY_TOO_SHORT', message: 'no' };
    const details = [
      {
        ...workload,
        left_out: ['cpu_utilization.hourly', 'memory_bytes'].map((metric) => ({
          metric,
          member: 'ets',
          ...reason,
        })),
      },
    ];
    const routes = { ...ROUTES, 'GET /api/v1/runs/run-1': { body: { ...RUN_DONE, details } } };
    const { out } = await helios('runs show run-1 --metric cpu', routes);
    expect(out).toContain('left out  ets for cpu_utilization.hourly: no (HISTORY_TOO_SHORT)');
    expect(out).not.toContain('memory_bytes: no');
  });

  it('prints every fit whole as JSON, and by row as CSV', async () => {
    const { out } = await helios('runs show run-1 -o json');
    expect(JSON.parse(out)).toEqual({ ...RUN_DONE, fits: FITS });
    const [header, , lstm] = (await helios('runs show run-1 -o csv')).out.split('\r\n');
    expect(header).toBe(
      'workload,metric,model,mae,unit,skill_vs_naive,cases,fit_ms,serves,version,data_sha256',
    );
    expect(lstm).toBe(
      `sample/webshop,cpu_utilization,lstm,0.02,ratio,0.5,1200,90500,,abc123,${'a'.repeat(64)}`,
    );
  });

  it('says when a run has more fits than one answer holds', async () => {
    const fits = Array.from({ length: 1_000 }, (_, i) => ({ ...FITS[0], model: `m${i}` }));
    const routes = {
      ...ROUTES,
      'GET /api/v1/runs/run-1/fits': { body: { run_id: 'run-1', fits } },
    };
    const { err } = await helios('runs show run-1', routes);
    expect(err).toBe(
      'warning: run run-1 may have more than these 1,000 fits: name a workload or a metric\n',
    );
  });

  it('ends with 2 when there is no such run', async () => {
    const routes = { 'GET /api/v1/runs/x': errorAnswer(404, 'NOT_FOUND', 'there is no run x') };
    expect(await helios('runs show x', routes)).toMatchObject({ code: 2, out: '' });
  });

  it.each([
    ['a training that had nothing to fit', { metrics: {} }, 'nothing to fit'],
    ['one that outlasts its function', { metrics: {}, under_way: 'cpu' }, 'under way: cpu'],
    ['one that is done', { metrics: { cpu: { members: ['lstm'] } } }, 'lstm'],
  ])('says of %s that it is so', async (_, summary, expected) => {
    const stage = { ...RUN_DONE.details[0]?.stages[0], name: 'fit-recurrent', summary };
    const details = [{ ...RUN_DONE.details[0], stages: [stage] }];
    const routes = { ...ROUTES, 'GET /api/v1/runs/run-1': { body: { ...RUN_DONE, details } } };
    expect((await helios('runs show run-1', routes)).out).toContain(
      `  1. Model training (recurrent) succeeded: ${expected}\n`,
    );
  });

  it('says what detectors were fitted on, and which were not', async () => {
    const summary = {
      rows: 8_064,
      detectors: {
        residual: { outcome: 'fitted', metrics: ['cpu', 'memory'], fit_ms: 90 },
        reconstruction: {
          outcome: 'fitted',
          metrics: ['cpu'],
          skipped: [{ metric: 'db_cpu', reason: 'too_few_values' }],
          copies: [{ metric: 'cpu', of: ['node_cpu'] }],
          held_out: 4_032,
        },
        service: { outcome: 'kept', since: '2026-03-02T10:00:00.000Z', code: 'HISTORY_TOO_SHORT' },
      },
    };
    const reason = { code: 'HISTORY_TOO_SHORT', message: 'two days are needed' };
    const stage = { ...RUN_DONE.details[0]?.stages[0], name: 'fit-detectors', summary };
    const left_out = [{ metric: null, member: 'service', ...reason }];
    const details = [{ ...RUN_DONE.details[0], stages: [stage], left_out }];
    const routes = { ...ROUTES, 'GET /api/v1/runs/run-1': { body: { ...RUN_DONE, details } } };
    const { out } = await helios('runs show run-1', routes);
    expect(out).toContain(
      '  1. Model training (anomaly detectors) succeeded: residual 2 metrics; reconstruction 1 metric by 4,032 held-out cases (db_cpu too few values, cpu not from node_cpu); service kept, of 2026-03-02\n',
    );
    expect(out).toContain('  left out  service: two days are needed (HISTORY_TOO_SHORT)\n');
  });

  it.each([
    ['that were not asked for', { unchanged: 'as they are' }, ': as they are'],
    [
      'that could not be fitted',
      { detectors: { service: { outcome: 'left_out' } } },
      ': service left out',
    ],
  ])('says of detectors %s that it is so', async (_, summary, expected) => {
    const stage = { ...RUN_DONE.details[0]?.stages[0], name: 'fit-detectors', summary };
    const details = [{ ...RUN_DONE.details[0], stages: [stage] }];
    const routes = { ...ROUTES, 'GET /api/v1/runs/run-1': { body: { ...RUN_DONE, details } } };
    expect((await helios('runs show run-1', routes)).out).toContain(
      `(anomaly detectors) succeeded${expected}\n`,
    );
  });

  it('says in the run that it could not be tracked elsewhere', async () => {
    const register = {
      ...RUN_DONE.details[0]?.stages[1],
      summary: {
        metrics: {
          cpu_utilization: { action: 'promote', tracked: 0, tracking_error: 'it answered 503' },
        },
      },
    };
    const details = [{ ...RUN_DONE.details[0], stages: [register] }];
    const routes = { ...ROUTES, 'GET /api/v1/runs/run-1': { body: { ...RUN_DONE, details } } };
    expect((await helios('runs show run-1', routes)).out).toContain(
      '1. Model registration succeeded: promoted, not tracked: it answered 503',
    );
  });
});

describe('helios runs compare', () => {
  it('puts the same fits side by side, and says what only one run has', async () => {
    const { code, out } = await helios('runs compare run-1 run-2');
    expect(code).toBe(0);
    // (.01 - .0125) / .0125 = -20 %; (.025 - .02) / .02 = +25 %.
    expect(out).toBe(
      [
        'first   run-1  succeeded (request), started 2026-01-01 00:00Z',
        'second  run-2  succeeded (request), started 2026-01-02 00:00Z',
        '',
        'sample/webshop',
        '+------------------------+---------+-------------------+--------------------------------+--------+-------+--------------------------------------------------+',
        '| Metric                 | Model   |         First MAE |                     Second MAE | Change | Data  | Parameters                                       |',
        '+------------------------+---------+-------------------+--------------------------------+--------+-------+--------------------------------------------------+',
        '| cpu_utilization        | auto    |           1.250 % |                        1.000 % |  -20 % | other |                                                  |',
        '| cpu_utilization        | lstm    |           2.000 % |                        2.500 % |  +25 % | other | epochs none -> 100; preset mora -> multi-horizon |',
        '| cpu_utilization        | naive   |    ? not measured | ? left out (HISTORY_TOO_SHORT) |      ? | ?     |                                                  |',
        '| cpu_utilization        | prophet | ? not in this run |                        3.000 % |      ? | ?     |                                                  |',
        '| cpu_utilization.hourly | ridge   |           10.00 % |              ? not in this run |      ? | ?     |                                                  |',
        '| memory_bytes           | ridge   |         1.000 MiB |              ? not in this run |      ? | ?     |                                                  |',
        '+------------------------+---------+-------------------+--------------------------------+--------+-------+--------------------------------------------------+',
        '',
        '2 in both, 1 better in the second, 1 worse, 0 the same, 3 only in the first, 1 only in the second',
        'other data: the errors are of other cases, and the data alone may explain a change',
        '',
      ].join('\n'),
    );
  });

  it('compares a run with itself and finds nothing', async () => {
    const { out } = await helios('runs compare run-1 run-1 -o json');
    const { fits } = JSON.parse(out) as { fits: ReturnType<typeof pairFits> };
    expect(fits.map(({ mae_change }) => mae_change)).toEqual([0, 0, null, 0, 0]);
    expect(
      fits.every(({ same_data, parameters }) => same_data && Object.keys(parameters).length === 0),
    ).toBe(true);
    const text = (await helios('runs compare run-1 run-1')).out;
    expect(text).toContain('5 in both, 0 better in the second, 0 worse, 4 the same');
    expect(text).not.toContain('other data');
  });

  it('writes raw numbers as CSV', async () => {
    const [header, first, second] = (await helios('runs compare run-1 run-2 -o csv')).out.split(
      '\r\n',
    );
    expect(header).toBe(
      'workload,metric,model,first_mae,second_mae,unit,mae_change,data,parameters',
    );
    expect(first).toBe(
      `sample/webshop,cpu_utilization,auto,0.0125,0.01,ratio,${(0.01 - 0.0125) / 0.0125},other,`,
    );
    expect(second?.endsWith(',other,epochs none -> 100; preset mora -> multi-horizon')).toBe(true);
  });

  it('needs two runs', async () => {
    expect(await run(['runs', 'compare', 'run-1'])).toMatchObject({ code: 2, out: '' });
  });
});

describe('pairing fits', () => {
  const [fit] = FITS;
  if (!fit) throw new RangeError('no fit');

  it('compares parameters by their path, and lists whole', () => {
    const [pair] = pairFits(
      [{ ...fit, parameters: { goal: { loss: 'mae', horizons: [1, 3] }, same: { a: 1, b: 2 } } }],
      [{ ...fit, parameters: { goal: { loss: 'mae', horizons: [1, 6] }, same: { b: 2, a: 1 } } }],
    );
    expect(pair?.parameters).toEqual({ 'goal.horizons': { first: [1, 3], second: [1, 6] } });
  });

  it('keeps workloads apart', () => {
    const other = { ...fit, workload: { ...WEBSHOP, namespace: 'staging' } };
    expect(pairFits([fit], [other])).toMatchObject([{ second: null }, { first: null }]);
  });

  it('knows no share of nothing', () => {
    const change = (first: number | null, second: number | null) =>
      pairFits([{ ...fit, mae: first }], [{ ...fit, mae: second }])[0]?.mae_change;
    expect(change(0, 1)).toBeNull();
    expect(change(0, 0)).toBe(0);
    expect(change(null, 1)).toBeNull();
    expect(change(2, 1)).toBe(-0.5);
  });
});
