import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { HEALTH, listed, MODEL, RUN_DONE, RUN_STARTED, WORKLOAD } from './answers.ts';
import { EXPECTED, INCIDENT } from './detect-answers.ts';
import {
  errorAnswer,
  type FakeAnswer,
  fakeApi,
  run,
  temporaryDirectory,
} from './fake-environment.ts';

describe('helios train', () => {
  const routes = (answers: readonly FakeAnswer[]) => {
    let next = 0;
    return {
      'POST /api/v1/train': { status: 202, body: RUN_STARTED },
      'GET /api/v1/runs/run-1': () => answers[Math.min(next++, answers.length - 1)] ?? { body: {} },
      'GET /api/v1/models': {
        body: { models: [listed(MODEL), { ...listed(MODEL), run_id: 'other', id: 'x' }] },
      },
      [`GET /api/v1/models/${MODEL.id}`]: { body: MODEL },
    };
  };

  it('follows the run, says each stage once, and compares the members', async () => {
    const api = await fakeApi(
      routes([{ body: { run: RUN_STARTED.run, details: [] } }, { body: RUN_DONE }]),
    );
    const { code, out, err, slept } = await run([
      'train',
      '-d',
      'webshop',
      '-n',
      'sample',
      '-e',
      api.url,
    ]);
    expect(code).toBe(0);
    expect(slept).toEqual([250]);
    expect(err).toBe(
      'sample/webshop  Feature engineering  done  8,064 steps, seasons day, week\n' +
        'sample/webshop  Model registration   done  promoted\n',
    );
    expect(out).toBe(
      [
        'sample/webshop  trained',
        '  1. Feature engineering succeeded: 8,064 steps, seasons day, week',
        '  2. Model registration  succeeded: promoted',
        '  refused   restarts: 3 of 24: enough at 02:00 (TOO_FEW_OBSERVATIONS)',
        '  left out  ses for cpu_utilization: flat (FIT_DID_NOT_CONVERGE)',
        '',
        '  cpu_utilization: version abc123 is champion; better than all (WON)',
        '+--------+---------+---------+-------------+----------+----------------+-------+--------+',
        '| Member |     MAE |    RMSE |        MAPE | vs naive |   vs yesterday | Cases | Serves |',
        '+--------+---------+---------+-------------+----------+----------------+-------+--------+',
        '| naive  | 2.000 % | 3.000 % | ? near zero |      0 % | ? no reference | 1,200 |        |',
        '| median | 2.000 % | 3.000 % |        12 % |    +50 % | ? no reference | 1,200 | yes    |',
        '+--------+---------+---------+-------------+----------+----------------+-------+--------+',
        '',
        'run run-1 succeeded: 1 trained, 0 refused, 0 failed',
        '',
      ].join('\n'),
    );
  });

  it('takes what is not flagged from the file', async () => {
    const api = await fakeApi(routes([{ body: RUN_DONE }]));
    const home = await temporaryDirectory();
    await writeFile(join(home, 't.yaml'), 'deployment: from-file\nhours: 48\nmodel_type: ses\n');
    const argv = [
      'train',
      '--config',
      't.yaml',
      '-d',
      'from-flag',
      '--metrics',
      'cpu, memory',
      '-e',
      api.url,
    ];
    await run(argv, { homeDirectory: home });
    expect(api.received[0]?.body).toEqual({
      deployment: 'from-flag',
      hours: 48,
      model_type: 'ses',
      metrics: ['cpu', 'memory'],
      run_id: expect.any(String),
    });
  });

  it('refuses unknown keys of the file', async () => {
    const home = await temporaryDirectory();
    await writeFile(join(home, 't.yaml'), 'hour: 48\n');
    const { code, err } = await run(['train', '--config', 't.yaml'], { homeDirectory: home });
    expect(code).toBe(2);
    expect(err).toContain('"hour"');
  });

  it('ends with 3 when every workload was refused', async () => {
    const refused = {
      run: { ...RUN_DONE.run, trained: 0, refused: 1 },
      details: RUN_DONE.details.map((each) => ({ ...each, outcome: 'refused' })),
    };
    const api = await fakeApi(routes([{ body: refused }]));
    expect((await run(['train', '-e', api.url])).code).toBe(3);
  });

  it.each([
    ['STORE_UNAVAILABLE', 5],
    ['TypeError', 70],
  ])('ends by the error of a run that failed: %s is %d', async (error, expected) => {
    const failed = {
      run: {
        ...RUN_DONE.run,
        state: 'failed',
        trained: 0,
        failed: 1,
        error: { code: error, message: 'x' },
      },
      details: [],
    };
    const api = await fakeApi(routes([{ body: failed }]));
    expect((await run(['train', '-e', api.url])).code).toBe(expected);
  });

  it('only starts the run when asked not to wait, which needs a server', async () => {
    const api = await fakeApi(routes([]));
    expect(await run(['train', '--no-wait', '-e', api.url])).toMatchObject({
      code: 0,
      out: 'run-1\n',
    });
    const alone = await run(['train', '--no-wait', '--data-dir', 'x'], { application: api.url });
    expect(alone).toMatchObject({ code: 2, stopped: 1 });
    expect(alone.err).toContain('--no-wait needs a running server');
  });
});

describe('helios status and models', () => {
  const routes = {
    'GET /health': { body: HEALTH },
    'GET /api/v1/workloads': { body: { workloads: [WORKLOAD] } },
    'GET /api/v1/models': { body: { models: [listed(MODEL)] } },
    'GET /api/v1/incidents': { body: { incidents: [INCIDENT] } },
    [`GET /api/v1/models/${MODEL.id}`]: { body: MODEL },
    [`POST /api/v1/models/${MODEL.id}/rollback`]: {
      body: { model: listed(MODEL), previous_version: 'old' },
    },
    [`POST /api/v1/models/${MODEL.id}/promote`]: errorAnswer(409, 'MODEL_CHANGED', 'too late'),
  };

  it('shows every metric with its age and what serves it', async () => {
    const api = await fakeApi(routes);
    const { out } = await run(['status', '-e', api.url]);
    expect(out).toBe(
      [
        `Helios 0.1.0 at ${api.url} is healthy, up 60 s`,
        '1 workloads, 1 models, newest data 30 s old',
        '1 open incident: helios incidents',
        '',
        '+----------------+-----------------+-------+--------------+--------+---------------------------+----------------------+',
        '| Workload       | Metric          |  Step |          Age | Model  | Skill                     | Source               |',
        '+----------------+-----------------+-------+--------------+--------+---------------------------+----------------------+',
        '| sample/webshop | cpu_utilization | 5 min |        5 min | median | 25 % better than yesterday | simulator, SIMULATED |',
        '| sample/webshop | restarts        | 5 min | ? never seen | naive  | ? not trained yet         | simulator, SIMULATED |',
        '+----------------+-----------------+-------+--------------+--------+---------------------------+----------------------+',
        '',
      ]
        .join('\n')
        .replaceAll(
          '+---------------------------+----------------------+',
          '+----------------------------+----------------------+',
        )
        .replace('| Skill                     |', '| Skill                      |')
        .replace('| ? not trained yet         |', '| ? not trained yet          |'),
    );
  });

  it('counts no incident that is known', async () => {
    const known = { ...INCIDENT, feedback: EXPECTED.feedback };
    const api = await fakeApi({
      ...routes,
      'GET /api/v1/incidents': { body: { incidents: [known] } },
    });
    expect((await run(['status', '-e', api.url])).out).toContain('\nno open incident\n');
    expect(api.received.find(({ path }) => path === '/api/v1/incidents')?.query).toEqual({
      state: 'open',
    });
  });

  it('lists by default, filtered', async () => {
    const api = await fakeApi(routes);
    const { out } = await run([
      'models',
      '-d',
      'webshop',
      '--stage',
      'Production',
      '-o',
      'json',
      '-e',
      api.url,
    ]);
    expect(api.received[0]?.query).toEqual({ deployment: 'webshop', stage: 'Production' });
    expect(JSON.parse(out)).toEqual({ models: [listed(MODEL)] });
  });

  it('shows one version with its members and its coverage', async () => {
    const api = await fakeApi(routes);
    const { out } = await run(['models', 'show', MODEL.id, '-e', api.url]);
    expect(out).toContain('  stage     champion: better than all (WON)');
    expect(out).toContain('| 1           | 80 % | 80 % |   100 |');
  });

  it('rolls back, and reports a conflict with 4', async () => {
    const api = await fakeApi(routes);
    const { out } = await run(['models', 'rollback', MODEL.id, '-e', api.url]);
    expect(out).toBe('sample/webshop cpu_utilization: version abc123 serves now, old did before\n');
    expect((await run(['models', 'promote', MODEL.id, '-e', api.url])).code).toBe(4);
  });
});
