import { describe, expect, it } from '@jest/globals';
import { ActuationSchema, ActuationSwitchRequestSchema } from '#contracts/http/actuation.ts';
import { fakeApi, run } from './fake-environment.ts';

const SWITCH = { stopped: false, changed_at: null, changed_by: null, note: null };
const ACTUATION = ActuationSchema.parse({
  switch: SWITCH,
  last_run: {
    at: '2025-12-31T23:55:00.000Z',
    dry_run: true,
    stopped: false,
    targets: [
      {
        workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
        service_namespace: 'ecs',
        resource_id: 'service/shop/web',
        scalable_dimension: 'ecs:service:DesiredCount',
        minimum: 2,
        maximum: 10,
        because: { code: 'RAISE', message: 'the minimum becomes 6' },
        steps: [{ kind: 'put', name: 'helios-raise-web', at: '2026-01-01T00:00:00Z', minimum: 6 }],
      },
    ],
  },
});

async function actuation(options: string, body: unknown = ACTUATION) {
  const api = await fakeApi({
    'GET /api/v1/actuation': { body },
    'POST /api/v1/actuation/stop': { body: { ...SWITCH, stopped: true } },
    'POST /api/v1/actuation/resume': { body: SWITCH },
  });
  const argv = ['actuation', ...options.split(' ').filter(Boolean), '-e', api.url];
  return { ...(await run(argv)), received: api.received };
}

describe('helios actuation', () => {
  it('shows what the last run did, or would have done', async () => {
    const { code, out } = await actuation('--utc');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'not stopped',
        'last run 2025-12-31 23:55Z: a dry run, nothing was written',
        '+----------+------------------+---------+---------+-------------------+--------+',
        '| Workload | Target           | Minimum | Maximum | Why               | Writes |',
        '+----------+------------------+---------+---------+-------------------+--------+',
        '| shop/web | service/shop/web |       2 |      10 | the minimum       |      1 |',
        '|          |                  |         |         | becomes 6 (RAISE) |        |',
        '+----------+------------------+---------+---------+-------------------+--------+',
        '',
      ].join('\n'),
    );
  });

  it('says so when it was never deployed, or is stopped', async () => {
    const { out } = await actuation('', { switch: SWITCH, last_run: null });
    expect(out).toContain('it has never run: deploy it with actuation.enabled');
    const changed = { changed_at: '2025-12-31T23:00:00Z', changed_by: 'ada', note: 'a test' };
    const stopped = { switch: { stopped: true, ...changed }, last_run: null };
    const { out: text } = await actuation('status --utc', stopped);
    expect(text).toContain('stopped since 2025-12-31 23:00Z by ada: a test\n');
  });

  it('is the answer of the API as JSON', async () => {
    const { out } = await actuation('status -o json');
    expect(ActuationSchema.parse(JSON.parse(out))).toEqual(ACTUATION);
  });

  it('stops, with a note, and goes on', async () => {
    const { out, received } = await actuation('stop --note maintenance');
    expect(out).toContain('stopped: what is raised goes back');
    const [{ body } = { body: undefined }] = received;
    expect(ActuationSwitchRequestSchema.parse(body)).toEqual({ note: 'maintenance' });
    const { out: resumed } = await actuation('resume');
    expect(resumed).toContain('resumed:');
  });
});
