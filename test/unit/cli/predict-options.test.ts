import { describe, expect, it } from '@jest/globals';
import { EXPLAINED, FORECAST, SERIES } from './answers.ts';
import { fakeApi, run } from './fake-environment.ts';

const HORIZONS = [
  { minutes: 5, ...FORECAST.predictions[0], value: 0.5, lower_bound: 0.4, upper_bound: 0.6 },
  { minutes: 15, ...FORECAST.predictions[1], value: 0.25, lower_bound: null, upper_bound: null },
];

/** Two metrics of three: cpu with a band at one horizon, memory that was never trained. */
const BATCH = {
  generated_at: '2026-01-01T00:00:00.000Z',
  predictions: {
    cpu: { ...FORECAST, horizons: HORIZONS },
    memory: {
      ...FORECAST,
      metric: 'memory_bytes',
      unit: 'bytes',
      model: 'naive',
      version: null,
      data_as_of: '2025-12-31T23:50:00.000Z',
      level: null,
      skill: null,
      reasons: [{ code: 'NOT_TRAINED', message: 'no model was trained yet' }],
      horizons: HORIZONS.map((horizon) => ({
        ...horizon,
        value: 2 ** 30,
        lower_bound: null,
        upper_bound: null,
      })),
    },
  },
  errors: { rps: { code: 'METRIC_UNKNOWN', message: 'sample/webshop has no metric rps' } },
};

/** Runs `helios predict OPTIONS` against one answer for each kind of call. */
async function predict(
  options: string,
  answers: { readonly one?: unknown; readonly many?: unknown; readonly series?: unknown } = {},
) {
  const api = await fakeApi({
    'POST /api/v1/predict': { body: answers.one ?? FORECAST },
    'POST /api/v1/predict/batch': { body: answers.many ?? BATCH },
    'GET /api/v1/series': { body: answers.series ?? SERIES },
  });
  const ran = await run(['predict', ...options.split(' '), '-e', api.url]);
  return { ...ran, received: api.received };
}

describe('helios predict --metrics', () => {
  it('asks once for all of them, at 5, 15 and 30 minutes', async () => {
    const { received } = await predict('--metrics cpu,memory,cpu -d webshop -m auto --level 0.9');
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      path: '/api/v1/predict/batch',
      body: {
        deployment: 'webshop',
        model: 'auto',
        levels: [0.9],
        metrics: ['cpu', 'memory'],
        horizons_minutes: [5, 15, 30],
      },
    });
  });

  it.each([
    ['--horizons 10,60', { horizons_minutes: [10, 60] }],
    ['--by-hour', { horizons_minutes: [60, 360, 1_440], step_seconds: 3_600 }],
    ['--explain --periods 3', { explain: true, periods: 3 }],
  ])('%s changes that', async (options, body) => {
    const { received } = await predict(`--metrics cpu ${options}`);
    expect(received[0]?.body).toMatchObject(body);
  });

  it('shows a row a metric and a column a horizon with its band, and why there is none', async () => {
    const { code, out, err } = await predict('--metrics cpu,memory,rps --horizons 5,15');
    expect(code).toBe(0);
    expect(err).toBe(
      'warning: rps has no answer: sample/webshop has no metric rps (METRIC_UNKNOWN)\n',
    );
    expect(out).toBe(
      [
        'sample/webshop  SIMULATED',
        '  data      as of 2025-12-31 23:50Z, the oldest of them',
        '  bands     in brackets, for 80 % of the later values; ? where there is none',
        '  because   memory_bytes: no model was trained yet (NOT_TRAINED)',
        '',
        '+-----------------+--------+----------+----------------------------+---------------+',
        '| Metric          | Model  | vs naive |                      5 min |        15 min |',
        '+-----------------+--------+----------+----------------------------+---------------+',
        '| cpu_utilization | median |    -10 % | 50.00 % (40.00 to 60.00 %) |   25.00 % (?) |',
        '| memory_bytes    | naive  |        ? |              1.000 GiB (?) | 1.000 GiB (?) |',
        '+-----------------+--------+----------+----------------------------+---------------+',
        '',
      ].join('\n'),
    );
  });

  it('writes a row a metric and horizon as CSV', async () => {
    const { out } = await predict('--metrics cpu,memory -o csv');
    expect(out.split('\r\n').slice(0, 3)).toEqual([
      'metric,minutes,timestamp,value,lower_bound,upper_bound,unit,model,version',
      'cpu_utilization,5,2026-01-01T00:00:00.000Z,0.5,0.4,0.6,ratio,median,abc123',
      'cpu_utilization,15,2026-01-01T00:05:00.000Z,0.25,,,ratio,median,abc123',
    ]);
    expect(JSON.parse((await predict('--metrics cpu -o json')).out)).toEqual(BATCH);
  });

  it('takes every answer apart when asked to', async () => {
    const many = { ...BATCH, predictions: { cpu: { ...EXPLAINED, horizons: HORIZONS } } };
    const { out } = await predict('--metrics cpu --explain', { many });
    expect(out).toContain('cpu_utilization\n  blend     fusion of prophet, lstm\n');
  });

  it.each([
    ['cpu --metrics memory', '--metrics names them all: leave cpu out'],
    ['--metrics memory --metric cpu', '--metrics names them all: leave cpu out'],
    ['--metrics cpu,,memory', 'names with commas between them'],
  ])('%s ends with 2: %s', async (options, message) => {
    const { code, err, received } = await predict(options);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(received).toEqual([]);
  });
});

describe('helios predict --explain', () => {
  it('shows the weights of a fusion as used and what each member contributes', async () => {
    const { out, received } = await predict('cpu --explain --no-chart', { one: EXPLAINED });
    expect(received[0]?.body).toEqual({ metric: 'cpu', explain: true });
    expect(out.slice(out.indexOf('  blend'))).toBe(
      [
        '  blend     fusion of prophet, lstm',
        '  combines  the mean by weight; weights learned from the errors at 90 forecast origins',
        '',
        '+----------+--------------------------+--------------------------+',
        '| Member   |                    5 min |                   10 min |',
        '+----------+--------------------------+--------------------------+',
        '| prophet  | 80.00 % x 25 % = 20.00 % | 40.00 % x 25 % = 10.00 % |',
        '| lstm     | 40.00 % x 75 % = 30.00 % | 20.00 % x 75 % = 15.00 % |',
        '| forecast |                  50.00 % |                  25.00 % |',
        '+----------+--------------------------+--------------------------+',
        '',
      ].join('\n'),
    );
  });

  it('says when the weights are those it starts with, and who was refused', async () => {
    const explanation = {
      ...EXPLAINED.explanation,
      evidence: 0,
      refused: [{ name: 'lstm', reason: 'its scale is off' }],
    };
    const { out } = await predict('cpu --explain --no-chart', {
      one: { ...EXPLAINED, explanation },
    });
    expect(out).toContain('the weights it starts with: nothing was measured yet');
    expect(out).toContain('  refused   lstm: its scale is off\n');
  });

  it('shows the weights of the learned blend where they count, and the rule everywhere', async () => {
    const values = [0.1, 0.2, 0.3, 0.4];
    const predictions = values.map((value) => ({
      ...FORECAST.predictions[0],
      value,
      lower_bound: null,
      upper_bound: null,
    }));
    const explanation = {
      blend: 'auto',
      members: [
        { member: 'ets', weights: [null, 0.75, null, null], values, contributions: null },
        { member: 'ridge', weights: [null, null, null, null], values, contributions: null },
      ],
      rules: [
        { from_step: 1, to_step: 1, combine: 'median' },
        { from_step: 2, to_step: 2, combine: 'half' },
        { from_step: 3, to_step: 3, combine: 'half' },
        { from_step: 4, to_step: 288, combine: 'naive' },
        { from_step: 289, to_step: 576, combine: 'median' },
      ],
      evidence: null,
      refused: [],
    };
    const one = { ...FORECAST, model: 'auto', periods: 4, predictions, explanation };
    const { out } = await predict('cpu --explain --no-chart', { one });
    expect(out.slice(out.indexOf('  blend'))).toBe(
      [
        '  blend     auto of ets, ridge',
        '  combines  5 min: the median of the members',
        '  combines  10 min to 15 min: half their mean by the weights in brackets, half their median',
        '  combines  20 min: the last value: no blend was better',
        '',
        '+----------+---------+-------------------+---------+',
        '| Member   |   5 min |            10 min |  20 min |',
        '+----------+---------+-------------------+---------+',
        '| ets      | 10.00 % |    20.00 % (75 %) | 40.00 % |',
        '| ridge    | 10.00 % | 20.00 % (no part) | 40.00 % |',
        '| forecast | 10.00 % |           20.00 % | 40.00 % |',
        '+----------+---------+-------------------+---------+',
        '',
      ].join('\n'),
    );
  });

  it('says that a single model has no parts', async () => {
    const one = { ...FORECAST, model: 'ses' };
    const { out } = await predict('cpu --explain --no-chart', { one });
    expect(out).toContain('\nses is a single model: there is no blend to take apart\n');
    expect((await predict('cpu --no-chart', { one })).out).not.toContain('single model');
  });

  it('writes every step of every member beside the forecast as CSV', async () => {
    const { out } = await predict('cpu --explain -o csv', { one: EXPLAINED });
    expect(out.split('\r\n').slice(0, 2)).toEqual([
      'timestamp,value,lower_bound,upper_bound,prophet_value,prophet_weight,prophet_contribution,lstm_value,lstm_weight,lstm_contribution',
      '2026-01-01T00:00:00.000Z,0.5,0.4,0.6,0.8,0.25,0.2,0.4,0.75,0.3',
    ]);
  });
});

describe('helios predict --by-hour', () => {
  const HOURLY = { ...FORECAST, step_seconds: 3_600 };

  it('asks for the hourly grid', async () => {
    const { received } = await predict('cpu --by-hour -p 720 -o json', { one: HOURLY });
    expect(received[0]?.body).toEqual({ metric: 'cpu', periods: 720, step_seconds: 3_600 });
  });

  it('draws the past in hours, too: each the mean of its observations', async () => {
    // Two hours of half-hourly values: means of 0 and 0.5, and of 1 alone.
    const series = { ...SERIES, step_seconds: 1_800, values: [0, 0.5, 1, null] };
    const { out, received } = await predict('cpu --by-hour', { one: HOURLY, series });
    expect(received[1]?.query).toMatchObject({
      from: '2025-12-31T19:55:00.000Z',
      to: '2026-01-01T00:55:00.000Z',
    });
    const top = out.split('\n').find((line) => line.startsWith('100.0 %'));
    expect(top).toBe('100.0 % +    ****!');
  });

  it('reaches 30 days', async () => {
    const { code, err, received } = await predict('cpu --by-hour -p 721');
    expect(code).toBe(2);
    expect(err).toContain('--by-hour reaches 720 periods, which are 30 days, got 721');
    expect(received).toEqual([]);
  });
});
