import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { HELIOS_VERSION } from '#cli/version.ts';
import { FORECAST, HEALTH, SERIES } from './answers.ts';
import { errorAnswer, fakeApi, run, temporaryDirectory } from './fake-environment.ts';

const PREDICT = {
  'POST /api/v1/predict': { body: FORECAST },
  'GET /api/v1/series': { body: SERIES },
};

describe('command line', () => {
  it('has the version of the package', async () => {
    const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
    expect(HELIOS_VERSION).toBe((JSON.parse(text) as { version: string }).version);
    expect(await run(['--version'])).toMatchObject({ code: 0, out: `${HELIOS_VERSION}\n` });
  });

  it.each([
    [[], 'Usage: helios'],
    [['bogus'], "unknown command 'bogus'"],
    [['predit'], 'Did you mean predict?'],
    [['predict', '--perids', '1'], 'Did you mean --periods?'],
    [['predict'], 'missing metric'],
    [['predict', 'cpu', '--metric', 'memory'], 'two metrics are named, cpu and memory'],
    [['predict', 'cpu', '-p', '0'], 'whole numbers from 1 to 2016'],
    [['predict', 'cpu', '-p', '1e3'], 'whole numbers from 1 to 2016'],
    [['predict', 'cpu', '--level', '95'], 'fractions between 0 and 1'],
    [['predict', 'cpu', '-o', 'xml'], 'Allowed choices are table, json, yaml, csv, md'],
    [['models', 'promote'], "missing required argument 'id'"],
  ])('%j ends with 2: %s', async (argv, message) => {
    const { code, err, out } = await run(argv);
    expect(err).toContain(message);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  it.each([
    [400, 'METRIC_UNKNOWN', 2],
    [422, 'HISTORY_TOO_SHORT', 3],
    [409, 'STATE_INCOMPATIBLE', 4],
    [503, 'STORE_UNAVAILABLE', 5],
    [504, 'DEADLINE_EXCEEDED', 6],
    [500, 'INTERNAL', 70],
  ])('an answer %d %s ends with %d', async (status, error, expected) => {
    const api = await fakeApi({ 'POST /api/v1/predict': errorAnswer(status, error, 'no') });
    const { code, out, err } = await run(['predict', 'cpu', '-e', api.url]);
    expect(code).toBe(expected);
    expect(out).toBe('');
    expect(err).toContain(`error: no\n`);
  });
});

describe('where a command gets its answer', () => {
  it('is the endpoint that is configured, and nothing is started', async () => {
    const api = await fakeApi(PREDICT);
    const { code, started } = await run(['predict', 'cpu', '-o', 'json'], {
      env: { HELIOS_ENDPOINT: api.url },
    });
    expect(code).toBe(0);
    expect(started).toEqual([]);
  });

  it('is never another one when the configured does not answer', async () => {
    const { code, started } = await run(['predict', 'cpu', '-e', 'http://127.0.0.1:9']);
    expect(code).toBe(5);
    expect(started).toEqual([]);
  });

  it('is the server of the data directory', async () => {
    const api = await fakeApi({ ...PREDICT, 'GET /health': { body: HEALTH } });
    const home = await temporaryDirectory();
    await mkdir(join(home, '.helios'));
    await writeFile(join(home, '.helios', 'server.json'), JSON.stringify({ pid: 1, url: api.url }));
    const { code, started } = await run(['predict', 'cpu', '-o', 'json'], { homeDirectory: home });
    expect(code).toBe(0);
    expect(started).toEqual([]);
  });

  it('is this process when that server was killed', async () => {
    const api = await fakeApi(PREDICT);
    const home = await temporaryDirectory();
    await mkdir(join(home, '.helios'));
    await writeFile(join(home, '.helios', 'server.json'), '{"pid":1,"url":"http://127.0.0.1:9"}');
    const ran = await run(['predict', 'cpu', '-o', 'json'], {
      homeDirectory: home,
      application: api.url,
    });
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('no server is running: answering from');
    expect(ran.started[0]).toMatchObject({
      dataDir: join(home, '.helios'),
      host: '127.0.0.1',
      port: 0,
      sample: false,
      hostMetrics: false,
      schedule: false,
    });
    expect(ran.stopped).toBe(1);
  });

  it('is this process for a data directory that no server has marked, and it is closed on errors', async () => {
    const api = await fakeApi({ 'POST /api/v1/predict': errorAnswer(404, 'NOT_FOUND', 'no') });
    const ran = await run(['predict', 'cpu', '--data-dir', 'mine', '--quiet'], {
      application: api.url,
    });
    expect(ran).toMatchObject({ code: 2, stopped: 1 });
    expect(ran.started[0]?.dataDir.endsWith('/mine')).toBe(true);
    expect(ran.err).not.toContain('no server');
  });

  it('is the server on the default port, unless a data directory was named that is not its own', async () => {
    const api = await fakeApi({ ...PREDICT, 'GET /health': { body: HEALTH } });
    const toDefaultPort: typeof fetch = (input, init) =>
      fetch(String(input).replace('http://127.0.0.1:8080', api.url), init);
    const options = { fetch: toDefaultPort, application: api.url };
    const argv = ['predict', 'cpu', '-o', 'json'];
    expect((await run(argv, options)).started).toHaveLength(0);
    expect((await run([...argv, '--data-dir', 'mine'], options)).started).toHaveLength(1);
  });

  it('gets the key from its file', async () => {
    const api = await fakeApi(PREDICT);
    const home = await temporaryDirectory();
    await writeFile(join(home, 'key'), ' secret-key\n');
    const argv = ['predict', 'cpu', '-o', 'json', '-e', api.url, '--api-key-file', 'key'];
    await run(argv, { homeDirectory: home });
    expect(api.received[0]?.headers.authorization).toBe('Bearer secret-key');
  });

  it('refuses a file that holds no key', async () => {
    const home = await temporaryDirectory();
    await writeFile(join(home, 'key'), 'two words\n');
    const argv = ['predict', 'cpu', '-e', 'http://127.0.0.1:9', '--api-key-file', 'key'];
    const { code, err } = await run(argv, { homeDirectory: home });
    expect(code).toBe(2);
    expect(err).not.toContain('two words');
  });
});

describe('helios predict', () => {
  it('asks as the README of the seeds does', async () => {
    const api = await fakeApi(PREDICT);
    const argv =
      'predict cpu --deployment my-app --namespace default -p 12 -m baseline --level 0.9 --horizons 5,60 -o json';
    await run([...argv.split(' '), '-e', api.url]);
    expect(api.received.map(({ path }) => path)).toEqual(['/api/v1/predict']);
    expect(api.received[0]?.body).toEqual({
      metric: 'cpu',
      deployment: 'my-app',
      namespace: 'default',
      periods: 12,
      model: 'baseline',
      levels: [0.9],
      horizons_minutes: [5, 60],
    });
  });

  it('prints exactly the validated answer as JSON', async () => {
    const api = await fakeApi(PREDICT);
    const { out } = await run(['predict', 'cpu', '-e', api.url, '-o', 'json']);
    expect(JSON.parse(out)).toEqual(FORECAST);
  });

  it('shows what answers, how good it was, the chart, and the numbers', async () => {
    const api = await fakeApi(PREDICT);
    const { out, err } = await run(['predict', 'cpu', '-e', api.url, '--utc']);
    expect(api.received[1]?.query).toMatchObject({
      deployment: 'webshop',
      metric: 'cpu_utilization',
      from: '2025-12-31T23:35:00.000Z',
      to: '2026-01-01T00:00:00.000Z',
    });
    // Coverage of steps 1 to 2: (0.8 x 100 + 0.7 x 300) / 400 = 72.5 %.
    expect(out).toBe(
      [
        'sample/webshop cpu_utilization  SIMULATED',
        '  model     median, version abc123 (champion), trained 2025-12-31 12:00Z; --model picks another',
        '  skill     23.4 % better than same time yesterday, 10 % worse than the last value, measured on 9,120 forecasts',
        '  coverage  the 80 % band held 72.5 % of 400 later values',
        '  data      as of 2025-12-31 23:55Z; valid until 2026-01-01 01:55Z',
        '',
        '60.00 % +        !....',
        '        |        !....',
        '        |        !ooooo',
        '        |        !....o',
        '        |        !....o...',
        '32.22 % +    ****!    o...',
        '        |    *   !    oooo',
        '        |    *   !    ....',
        '        |    *   !    ....',
        '10.00 % +*****   !    ....',
        '        +-----------------',
        '         23:50  now  00:05',
        '',
        '+-------------------+---------+---------+---------+',
        '| Time              |   Value |   Lower |   Upper |',
        '+-------------------+---------+---------+---------+',
        '| 2026-01-01 00:00Z | 50.00 % | 40.00 % | 60.00 % |',
        '| 2026-01-01 00:05Z | 25.00 % | 10.00 % | 40.00 % |',
        '+-------------------+---------+---------+---------+',
        '',
      ].join('\n'),
    );
    expect(err).toBe('');
  });

  it('says ? and why instead of inventing bounds, skill or coverage', async () => {
    const untrained = {
      ...FORECAST,
      model: 'naive',
      version: null,
      trained_at: null,
      stage: 'none',
      level: null,
      skill: null,
      coverage: [],
      simulated: false,
      reasons: [{ code: 'NOT_TRAINED', message: 'no model was trained yet' }],
      predictions: [
        { timestamp: '2026-01-01T00:00:00.000Z', value: 0.5, lower_bound: null, upper_bound: null },
      ],
    };
    const api = await fakeApi({ 'POST /api/v1/predict': { body: untrained } });
    const { out } = await run(['predict', 'cpu', '-e', api.url, '--no-chart']);
    expect(out).toContain('  model     naive (not trained)');
    expect(out).toContain('  skill     ? no model was trained yet');
    expect(out).toContain('  coverage  ? no model was trained yet');
    expect(out).toContain('|     ? |     ? |');
    expect(out).toContain('? no bounds: no model was trained yet');
    expect(out).not.toContain('SIMULATED');
  });

  it('still answers when there is no history to draw', async () => {
    const api = await fakeApi({ 'POST /api/v1/predict': { body: FORECAST } });
    const { code, err, out } = await run(['predict', 'cpu', '-e', api.url]);
    expect(code).toBe(0);
    expect(err).toContain('the chart shows no history: no route');
    expect(out).toContain('now');
  });

  it('writes raw numbers as CSV', async () => {
    const api = await fakeApi(PREDICT);
    const { out } = await run(['predict', 'cpu', '-e', api.url, '-o', 'csv']);
    expect(out).toBe(
      'timestamp,value,lower_bound,upper_bound\r\n' +
        '2026-01-01T00:00:00.000Z,0.5,0.4,0.6\r\n2026-01-01T00:05:00.000Z,0.25,0.1,0.4\r\n',
    );
  });
});
