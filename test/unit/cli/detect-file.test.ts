import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { DetectRequestSchema } from '#contracts/http/detect.ts';
import { HEALTHY } from './detect-answers.ts';
import { detect } from './detect-run.ts';
import { temporaryDirectory } from './fake-environment.ts';

describe('helios detect --file', () => {
  const WIDE = [
    'timestamp,cpu,memory_bytes,filled',
    '2026-01-01 01:05,0.5,2,0',
    '2026-01-01 01:00,0.75,1,0',
    '2026-01-01 01:00,0.25,,0',
    '2026-01-01 01:10,0.5,3,1',
    'never,1,1,0',
  ].join('\n');
  const POINTS = {
    cpu: [
      { timestamp: '2026-01-01T00:00:00.000Z', value: 0.75 },
      { timestamp: '2026-01-01T00:05:00.000Z', value: 0.5 },
    ],
    memory_bytes: [
      { timestamp: '2026-01-01T00:00:00.000Z', value: 1 },
      { timestamp: '2026-01-01T00:05:00.000Z', value: 2 },
    ],
  };

  async function detectFile(text: string, options: string, answer: unknown = HEALTHY) {
    const homeDirectory = await temporaryDirectory();
    await writeFile(join(homeDirectory, 'data.csv'), text);
    return detect(`--file data.csv ${options}`, answer, { homeDirectory });
  }

  it('sends what was measured, ascending, and says what was not read', async () => {
    const { code, err, received } = await detectFile(WIDE, '--zone Europe/Berlin -d web -s low');
    expect(code).toBe(0);
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toEqual({ deployment: 'web', sensitivity: 'low', metrics: POINTS });
    expect(DetectRequestSchema.safeParse(received[0]?.body).success).toBe(true);
    expect(err).toBe(
      'warning: 1 rows or cells of data.csv were not read: line 6: "never" is no timestamp: use ISO 8601, 10 digits of epoch seconds or 13 digits of epoch milliseconds\n' +
        '1 rows left out: interpolated by the exporter\n',
    );
  });

  it('reads standard input, and names what it has read', async () => {
    const stdin = Readable.from([WIDE]);
    const answer = { ...HEALTHY, workload: null, simulated: false };
    const { out, received } = await detect('--file - --zone +01:00', answer, { stdin });
    expect(received[0]?.body).toEqual({ metrics: POINTS });
    expect(out).toMatch(/^standard input\n {2}data /);
  });

  it('looks at the metrics asked for, by any of their names', async () => {
    const { received } = await detectFile(WIDE, '--zone +01:00 -m cpu_utilization');
    expect(received[0]?.body).toEqual({ metrics: { cpu: POINTS.cpu } });
  });

  it('takes a lone column of values for the one metric asked for', async () => {
    const text = 'timestamp,value\n2026-01-01T00:00:00Z,0.75\n2026-01-01T00:05:00Z,0.5\n';
    const named = await detectFile(text, '-m cpu_utilization');
    expect(named.received[0]?.body).toEqual({ metrics: { cpu_utilization: POINTS.cpu } });
    const unnamed = await detectFile(text, '');
    expect(unnamed.received[0]?.body).toEqual({ metrics: { value: POINTS.cpu } });
  });

  const many = Array.from({ length: 20_001 }, (_, i) => `${1_700_000_000 + 300 * i},1\n`).join('');
  it.each([
    ['timestamp,value\n2026-01-01 00:00,1\n', '', 'IMPORT_INVALID', 'has no zone'],
    ['timestamp,value\n', '', 'SERIES_EMPTY', 'has no value that can be read'],
    ['when,value\n', '', 'IMPORT_INVALID', 'data.csv: there is no column timestamp'],
    [WIDE, '--zone utc -m rps', 'METRIC_UNKNOWN', 'known: cpu, memory_bytes'],
    [`timestamp,value\n${many}`, '', 'PAYLOAD_TOO_LARGE', 'more than 20,000 values'],
  ])('ends with 2 and asks nothing: case %#', async (text, options, code, message) => {
    const ran = await detectFile(text, options);
    expect(ran.err).toContain(message);
    expect(ran.err).toContain(`code: ${code}`);
    expect(ran).toMatchObject({ code: 2, out: '', received: [] });
  });

  it('that is not there ends with 2', async () => {
    const { code, err } = await detect('--file none.csv');
    expect(code).toBe(2);
    expect(err).toContain('cannot read');
  });
});
