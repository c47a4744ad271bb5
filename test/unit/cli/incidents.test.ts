import { describe, expect, it } from '@jest/globals';
import { FeedbackRequestSchema, IncidentQuerySchema } from '#contracts/http/incidents.ts';
import { EXPECTED, INCIDENT } from './detect-answers.ts';
import { errorAnswer, fakeApi, type RunOptions, run } from './fake-environment.ts';

/** Runs `helios incidents OPTIONS` at the midnight of the new year against a list of incidents. */
async function list(options: string, incidents: readonly unknown[] = [INCIDENT, EXPECTED]) {
  const api = await fakeApi({ 'GET /api/v1/incidents': { body: { incidents } } });
  const argv = ['incidents', ...options.split(' ').filter(Boolean), '-e', api.url];
  return { ...(await run(argv)), received: api.received };
}

describe('helios incidents asks', () => {
  it.each([
    ['', { state: 'open' }],
    ['list --open --severity high', { state: 'open', severity: 'high' }],
    ['--all -d web -n shop', { state: 'all', deployment: 'web', namespace: 'shop' }],
    ['--since 7d', { state: 'all', from: '2025-12-25T00:00:00.000Z' }],
    ['--since 90m --open', { state: 'open', from: '2025-12-31T22:30:00.000Z' }],
    ['--since 2025-12-31T01:00:00+01:00', { state: 'all', from: '2025-12-31T00:00:00.000Z' }],
    ['--limit 5', { state: 'open', limit: '5' }],
  ])('%j', async (options, query) => {
    const { received } = await list(options);
    expect(received[0]?.query).toEqual({ limit: '100', ...query });
    expect(IncidentQuerySchema.safeParse(received[0]?.query).success).toBe(true);
  });

  it.each([
    ['--since yesterday', 'is no timestamp'],
    ['--since 2026-01-01', 'has no zone'],
    ['--all --open', 'cannot be used with option'],
    ['--severity worst', 'Allowed choices are low, medium, high, critical'],
    ['expect', "missing required argument 'id'"],
  ])('nothing with %s: it ends with 2', async (options, message) => {
    const { code, err, received } = await list(options);
    expect(err).toContain(message);
    expect({ code, received }).toEqual({ code: 2, received: [] });
  });
});

describe('helios incidents shows', () => {
  it('when, how long and how bad, of what, and what somebody has said', async () => {
    const { code, out } = await list('--all --utc');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'sample/webshop  SIMULATED',
        '+-------------------+-------------------+----------+--------------+----------+',
        '| Start             | Lasted            | Severity | Metrics      | Feedback |',
        '+-------------------+-------------------+----------+--------------+----------+',
        '| 2025-12-31 23:45Z | 15 min, open      | critical | cpu_         |          |',
        '|                   |                   |          | utilization, |          |',
        '|                   |                   |          | latency_p95  |          |',
        '| 2025-12-30 02:00Z | 30 min, new level | medium   | latency_p95  | expected |',
        '+-------------------+-------------------+----------+--------------+----------+',
        '',
        "'default~sample~webshop~*~20251231T234500Z'",
        '  cpu_utilization 90 %, expected 50 %',
        "'default~sample~webshop~*~20251230T020000Z'",
        '  latency_p95 2 s, expected 1 s',
        '  expected, says anna: the backup',
        '',
        "2 incidents, 1 open and not expected; known and no problem? helios incidents expect 'ID'",
        '',
      ].join('\n'),
    );
  });

  it('the workload of each where there are several', async () => {
    const other = {
      ...INCIDENT,
      simulated: false,
      workload: { ...INCIDENT.workload, deployment: 'db' },
    };
    const { out } = await list('--utc', [INCIDENT, other]);
    expect(out).toContain('| Workload ');
    expect(out).toContain('| sample/db ');
    expect(out).not.toContain('Feedback');
    expect(out.match(/SIMULATED/g)).toHaveLength(1);
  });

  it('long names within the width of the terminal, and nothing the terminal obeys', async () => {
    const evil = '\u001b[2J'.padEnd(128, 'n');
    const incident = {
      ...EXPECTED,
      id: evil,
      message: evil,
      workload: { ...INCIDENT.workload, deployment: evil },
      metrics: EXPECTED.metrics.map((metric) => ({ ...metric, metric: evil })),
      feedback: { ...EXPECTED.feedback, by: evil, note: evil },
    };
    const { out } = await list('--utc', [incident, { ...INCIDENT, feedback: null }]);
    expect(out).not.toContain('\u001b');
    const rows = out.split('\n').filter((line) => line.startsWith('|'));
    // 17, 17, 8 and 8 wide, 19 of frame: 12 each are left, the least, for workload and metrics.
    expect(Math.max(...rows.map((line) => line.length))).toBe(17 + 17 + 8 + 8 + 19 + 2 * 12);
  });

  it('raw values as CSV, and the answer itself as JSON', async () => {
    const { out } = await list('--all -o csv');
    expect(out.split('\r\n')).toEqual([
      'start,end,duration_seconds,severity,workload,simulated,metrics,score,direction,state,ended_because,feedback,feedback_by,note,message,id',
      '2025-12-31T23:45:00.000Z,,900,critical,sample/webshop,SIMULATED,"cpu_utilization 75 %, latency_p95 25 %",4.25,above,open,,,,,"cpu_utilization 90 %, expected 50 %",default~sample~webshop~*~20251231T234500Z',
      '2025-12-30T02:00:00.000Z,2025-12-30T02:30:00.000Z,1800,medium,sample/webshop,SIMULATED,latency_p95,4.25,above,closed,new_level,expected,anna,the backup,"latency_p95 2 s, expected 1 s",default~sample~webshop~*~20251230T020000Z',
      '',
    ]);
    expect(JSON.parse((await list('--all -o json')).out)).toEqual({
      incidents: [INCIDENT, EXPECTED],
    });
  });

  it.each([
    ['', 'no open incident; --all lists those that have ended\n'],
    ['--since 7d', 'no incident; helios detect looks at the newest data now\n'],
  ])('that there is none with %j, and what to do', async (options, text) => {
    expect(await list(options, [])).toMatchObject({ code: 0, out: text });
  });

  it('that there may be more than the limit', async () => {
    const { out } = await list('--all --limit 2');
    expect(out).toContain('the newest 2; --limit shows more; 2 incidents, 1 open');
  });
});

describe('helios incidents expect and confirm', () => {
  const path = `/api/v1/incidents/${encodeURIComponent(EXPECTED.id)}/feedback`;

  async function feedback(argv: readonly string[], options: RunOptions = {}) {
    const api = await fakeApi({ [`POST ${path}`]: { body: EXPECTED } });
    return { ...(await run(['incidents', ...argv, '-e', api.url], options)), api };
  }

  it.each([
    [['expect'], {}, { label: 'expected' }],
    [['confirm'], { USER: 'otto' }, { label: 'anomaly', by: 'otto' }],
    [['expect', '--note', 'the backup'], { USER: '' }, { label: 'expected', note: 'the backup' }],
    [['expect', '--by', 'anna'], { USER: 'otto' }, { label: 'expected', by: 'anna' }],
  ])('%j with %j sends who says what', async ([command = '', ...flags], env, body) => {
    const { api, code } = await feedback([command, EXPECTED.id, ...flags], { env });
    expect(code).toBe(0);
    expect(api.received[0]?.body).toEqual(body);
    expect(FeedbackRequestSchema.safeParse(api.received[0]?.body).success).toBe(true);
  });

  it('says what is stored now', async () => {
    const { out } = await feedback(['expect', EXPECTED.id]);
    expect(out).toBe(
      'default~sample~webshop~*~20251230T020000Z is marked expected, by anna: latency_p95 2 s, expected 1 s\n',
    );
    expect(JSON.parse((await feedback(['expect', EXPECTED.id, '-o', 'json'])).out)).toEqual(
      EXPECTED,
    );
  });

  it('of an incident that is not known ends with 2', async () => {
    const api = await fakeApi({
      'POST /api/v1/incidents/x/feedback': errorAnswer(404, 'NOT_FOUND', 'no incident x'),
    });
    const { code, err } = await run(['incidents', 'confirm', 'x', '-e', api.url]);
    expect(code).toBe(2);
    expect(err).toContain('error: no incident x\n');
  });
});
