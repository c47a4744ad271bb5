import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { type Batch, createBatchBuilder } from '#cli/import/batches.ts';
import { importFile } from '#cli/import/import-file.ts';
import { inferStep } from '#cli/import/infer-step.ts';
import { layoutOf } from '#cli/import/layout.ts';
import { readRows } from '#cli/import/read-rows.ts';
import { IngestColumnsSchema } from '#contracts/http/ingest.ts';
import { durationMs, epochMs } from '#core/time.ts';
import { HEALTH } from './answers.ts';
import { fakeApi, type Received, run, temporaryDirectory } from './fake-environment.ts';

const STEP = durationMs(300_000);
const START = Date.UTC(2026, 0, 1);
const iso = (slot: number) => new Date(START + slot * STEP).toISOString();

async function rowsOf(text: string, zone?: string) {
  const rows = [];
  for await (const row of readRows(Readable.from([text]), { metric: 'value', zone }))
    rows.push(row);
  return rows;
}

/** Imports text and gives what was sent and what was said. */
async function imported(text: string, options: { step?: number; metric?: string } = {}) {
  const batches: Batch[] = [];
  const report = await importFile(Readable.from([text]), {
    metric: options.metric ?? 'value',
    workload: { deployment: 'web', namespace: 'imported' },
    ...(options.step === undefined ? {} : { step: durationMs(options.step) }),
    send: async (batch) => {
      batches.push(batch);
      return undefined;
    },
  });
  return { batches, report };
}

describe('layout', () => {
  it.each([
    ['timestamp,value', { kind: 'wide', values: [{ index: 1, metric: 'value' }] }],
    [
      'timestamp,value,filled',
      { kind: 'wide', values: [{ index: 1, metric: 'value' }], filled: 2 },
    ],
    ['value,Timestamp', { kind: 'wide', timestamp: 1, values: [{ index: 0, metric: 'value' }] }],
    [
      'timestamp,cpu,memory',
      {
        kind: 'wide',
        values: [
          { index: 1, metric: 'cpu' },
          { index: 2, metric: 'memory' },
        ],
      },
    ],
    ['timestamp,metric,value', { kind: 'long', timestamp: 0, metric: 1, value: 2 }],
  ])('%s', (header, expected) => {
    expect(layoutOf(header.split(','), 'value')).toMatchObject(expected);
  });

  it.each([
    ['2026-01-01T00:00:00Z,1', 'a header is required'],
    ['time,value', 'no column timestamp'],
    ['timestamp', 'no column of values'],
    ['timestamp,CPU (%)', 'no metric names: cpu (%)'],
    ['timestamp,a,a', 'the column a is there twice'],
    ['timestamp,container_labels,value,container_id', 'container_labels is not read yet'],
    ['timestamp,experiment_id,service', 'no clock time'],
  ])('%s is refused: %s', (header, message) => {
    expect(() => layoutOf(header.split(','), 'value')).toThrow(message);
  });
});

describe('rows', () => {
  it('are measurements, with metrics of their own in the long form', async () => {
    const [row] = await rowsOf('timestamp,metric,value\n2026-01-01T00:00:00Z,cpu,0.5\n');
    expect(row).toEqual({
      line: 2,
      measurements: [{ metric: 'cpu', at: START, value: 0.5 }],
      problems: [],
      missing: 0,
      filled: false,
    });
  });

  it('keep the good cells of a row beside a bad one', async () => {
    const [row] = await rowsOf('timestamp,a,b,c\n2026-01-01T00:00:00Z,1,x,\n');
    expect(row?.measurements).toEqual([{ metric: 'a', at: START, value: 1 }]);
    expect(row?.problems).toEqual([{ line: 2, reason: 'b: "x" is no finite number' }]);
    expect(row?.missing).toBe(1);
  });

  it('that cannot be read are told with line and reason, and stop nothing', async () => {
    const rows = await rowsOf(
      'timestamp,value\nyesterday,1\n2026-01-01T00:00:00Z\n2026-01-01 00:05,2\n2026-01-01T00:10:00Z,1e999\n"2026"x,1\n2026-01-01T00:15:00Z,7\n',
    );
    expect(rows.flatMap(({ problems }) => problems.map(({ line }) => line)).sort()).toEqual([
      2, 3, 4, 5, 6,
    ]);
    const reasons = rows.flatMap(({ problems }) => problems.map(({ reason }) => reason)).join('\n');
    expect(reasons).toContain('"yesterday" is no timestamp');
    expect(reasons).toContain('1 columns, the header has 2');
    expect(reasons).toContain('2026-01-01 00:05 has no zone');
    expect(reasons).toContain('value: "1e999" is no finite number');
    expect(rows.flatMap(({ measurements }) => measurements)).toEqual([
      { metric: 'value', at: START + 3 * STEP, value: 7 },
    ]);
  });

  it('may be quoted, and an open quote spoils its own row only', async () => {
    const rows = await rowsOf(
      '"timestamp","value"\n"2026-01-01T00:00:00Z","1"\n"2026-01-01T00:05:00Z,2\n2026-01-01T00:10:00Z,3\n',
    );
    expect(rows.flatMap(({ measurements }) => measurements.map(({ value }) => value))).toEqual([
      1, 3,
    ]);
    expect(rows.flatMap(({ problems }) => problems.map(({ line }) => line))).toEqual([3]);
  });

  it('that are endless are refused and not kept in memory', async () => {
    const rows = await rowsOf(
      `timestamp,value\n${'x'.repeat(2_000_000)}\n2026-01-01T00:00:00Z,3\n`,
    ).catch((error: unknown) => error);
    expect(rows).toMatchObject({ code: 'IMPORT_INVALID' });
  });

  it('without a zone are read in the zone that is told', async () => {
    const [row] = await rowsOf('timestamp,value\n2026-01-01 01:00,1\n', 'Europe/Berlin');
    expect(row?.measurements[0]?.at).toBe(START);
  });

  it('that the exporter interpolated are left out', async () => {
    const rows = await rowsOf(
      'timestamp,value,filled\n2026-01-01T00:00:00Z,1,1\n2026-01-01T00:05:00Z,2,0\n',
    );
    expect(rows.map(({ filled, measurements }) => [filled, measurements.length])).toEqual([
      [true, 0],
      [false, 1],
    ]);
  });

  it.each(['', 'NaN', 'null', 'NA'])('have nothing where a cell says %j', async (cell) => {
    const [row] = await rowsOf(`timestamp,a,b\n2026-01-01T00:00:00Z,${cell},1\n`);
    expect(row).toMatchObject({ missing: 1, problems: [] });
  });

  it('need a header', async () => {
    await expect(rowsOf('')).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      message: 'the file is empty',
    });
  });
});

describe('step', () => {
  const times = (...slots: number[]) => slots.map((slot) => epochMs(START + slot * STEP));

  it('is the median distance, whatever the order, repeats and gaps', () => {
    expect(inferStep(times(9, 0, 1, 1, 2, 3))).toBe(STEP);
  });

  it('is not invented for one time, and not one that cannot be stored', () => {
    expect(() => inferStep(times(1, 1))).toThrow('one time is no series');
    expect(() => inferStep(times(0, 24))).toThrow('7200 s apart');
  });
});

describe('batches', () => {
  it('are columns on the grid with null for gaps', async () => {
    const { batches } = await imported(`timestamp,a,b\n${iso(0)},1,2\n${iso(2)},3,\n`, {
      step: STEP,
    });
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({
      deployment: 'web',
      namespace: 'imported',
      backfill: true,
      source: 'import',
      start: iso(0),
      step_seconds: 300,
      columns: { a: [1, null, 3], b: [2, null, null] },
    });
    expect(IngestColumnsSchema.safeParse(batches[0]).success).toBe(true);
  });

  it('have the same id for the same content, and another for other content', async () => {
    const text = (value: number) => `timestamp,a\n${iso(0)},${value}\n${iso(1)},2\n`;
    const [one, again, other] = await Promise.all([
      imported(text(1)),
      imported(text(1)),
      imported(text(9)),
    ]);
    expect(one?.batches[0]?.batch_id).toMatch(/^import-[0-9a-f]{64}$/);
    expect(again?.batches[0]?.batch_id).toBe(one?.batches[0]?.batch_id);
    expect(other?.batches[0]?.batch_id).not.toBe(one?.batches[0]?.batch_id);
  });

  it('break at long gaps and stay below the limits of the API', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => `${iso(i)},0.1234567890123456\n`);
    const { batches, report } = await imported(
      `timestamp,a\n${rows.join('')}${iso(1_000_000)},1\n`,
    );
    expect(batches.map(({ columns }) => columns.a?.length)).toEqual([9_999, 2_001, 1]);
    for (const batch of batches) expect(JSON.stringify(batch).length).toBeLessThan(1_000_000);
    expect(report).toMatchObject({ rows: 12_001, values: 12_001 });
    // From slot 0 to slot 1,000,000 there are 1,000,001 steps.
    expect(report.metrics[0]).toMatchObject({ gaps: 1_000_001 - 12_001 });
  });

  it('hold every value once when 30 metrics need two requests a row', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `m${i}`);
    const line = (slot: number) => `${iso(slot)},${names.map((_, i) => i).join(',')}\n`;
    const { batches } = await imported(`timestamp,${names.join(',')}\n${line(0)}${line(1)}`);
    expect(batches.map(({ columns }) => Object.keys(columns).length)).toEqual([22, 8]);
  });

  it('put several values of a step together by the rule of their metric', async () => {
    const rows =
      'timestamp,metric,value\n2026-01-01T00:00:00Z,cpu_utilization,0.2\n2026-01-01T00:01:00Z,cpu_utilization,0.4\n2026-01-01T00:00:00Z,latency_p95,1\n2026-01-01T00:01:00Z,latency_p95,3\n';
    const { batches, report } = await imported(rows, { step: STEP });
    // CPU by the mean (0.2 + 0.4) / 2, latency by the maximum.
    expect(batches[0]?.columns.cpu_utilization?.[0]).toBeCloseTo(0.3, 12);
    expect(batches[0]?.columns.latency_p95).toEqual([3]);
    expect(report).toMatchObject({ merged: 2, values: 2 });
  });

  it('are the same whatever the order of the rows', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${iso((i * 7) % 200)},${(i * 7) % 200}\n`);
    const sorted = Array.from({ length: 200 }, (_, i) => `${iso(i)},${i}\n`);
    const shuffled = await imported(`timestamp,a\n${rows.join('')}`, { step: STEP });
    expect(shuffled.batches).toEqual((await imported(`timestamp,a\n${sorted.join('')}`)).batches);
  });

  it('count repeats and keep the greater of two values of one moment', async () => {
    const { batches, report } = await imported(
      `timestamp,a\n${iso(0)},1\n${iso(0)},5\n${iso(0)},2\n${iso(1)},1\n`,
    );
    expect(batches[0]?.columns).toEqual({ a: [5, 1] });
    expect(report.repeated).toBe(2);
  });

  it('keep the values of a slot that is still filling', () => {
    const builder = createBatchBuilder({ deployment: 'web' }, STEP);
    for (let i = 0; i < 10_000; i++)
      builder.add({ metric: 'a', at: epochMs(START + i * STEP), value: i });
    const full = builder.takeFull();
    builder.add({ metric: 'a', at: epochMs(START + 9_999 * STEP + 1_000), value: 1 });
    const rest = builder.takeRest();
    expect(full.map(({ columns }) => columns.a?.length)).toEqual([9_999]);
    expect(rest[0]).toMatchObject({ start: iso(9_999), columns: { a: [(9_999 + 1) / 2] } });
  });
});

describe('helios import', () => {
  const answer = (received: Received) => {
    const body = IngestColumnsSchema.parse(received.body);
    const count = Object.values(body.columns)
      .flat()
      .filter((value) => value !== null).length;
    return {
      body: {
        received: count,
        accepted: count - 1,
        duplicate: 1,
        superseded: 0,
        rejected: 0,
        rejections: [],
        batch_id: body.batch_id ?? null,
      },
    };
  };

  it('sends the file to the deployment it is named after, and reports', async () => {
    const api = await fakeApi({ 'POST /api/v1/ingest': answer });
    const home = await temporaryDirectory();
    await writeFile(
      join(home, 'my web (1).csv'),
      `timestamp,value,filled\n${iso(0)},1,0\n${iso(1)},2,1\nx,3,0\n${iso(2)},4,0\n`,
    );
    const argv = [
      'import',
      'my web (1).csv',
      '-e',
      api.url,
      '--step',
      '5m',
      '--metric',
      'cpu_utilization',
    ];
    const { code, out } = await run(argv, { homeDirectory: home });
    expect(out).toBe(
      [
        'my web (1).csv -> imported/my-web--1, every 5 min',
        '           4 rows read',
        '           2 values',
        '           1 stored',
        '           1 duplicates',
        '           1 rejected',
        '           1 left out: interpolated by the exporter',
        '+-------------------+-----------------+--------+------+--------------------------+--------------------------+',
        '| Workload          | Metric          | Values | Gaps | First                    | Last                     |',
        '+-------------------+-----------------+--------+------+--------------------------+--------------------------+',
        '| imported/my-web--1 | cpu_utilization |      2 |    1 | 2026-01-01T00:00:00.000Z | 2026-01-01T00:10:00.000Z |',
        '+-------------------+-----------------+--------+------+--------------------------+--------------------------+',
        '  cpu_utilization is a ratio from 0 to 1: 1 values are not, and will not be used; scale them, or import them under another --metric',
        '  line 4: "x" is no timestamp: use ISO 8601, 10 digits of epoch seconds or 13 digits of epoch milliseconds',
        '',
      ]
        .join('\n')
        .replaceAll('+-------------------+', '+--------------------+')
        .replace('| Workload          |', '| Workload           |'),
    );
    expect(code).toBe(0);
    expect(api.received).toHaveLength(1);
  });

  it('stores nothing on a dry run', async () => {
    const home = await temporaryDirectory();
    await writeFile(join(home, 'web.csv'), `timestamp,value\n${iso(0)},1\n${iso(1)},2\n`);
    const { code, out } = await run(['import', 'web.csv', '--dry-run', '-o', 'json'], {
      homeDirectory: home,
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      dry_run: true,
      files: [{ values: 2, stored: 0, step_seconds: 300 }],
    });
  });

  it('ends with 3 when nothing could be read, and says what to do', async () => {
    const api = await fakeApi({ 'GET /health': { body: HEALTH } });
    const home = await temporaryDirectory();
    await writeFile(
      join(home, 'web.csv'),
      'timestamp,value\n2026-01-01 00:00,1\n2026-01-01 00:05,2\n',
    );
    const { code, out } = await run(['import', 'web.csv', '-e', api.url], { homeDirectory: home });
    expect(code).toBe(3);
    expect(out).toContain('line 2: 2026-01-01 00:00 has no zone');
    expect(api.received).toEqual([]);
  });

  it.each([
    [['import', 'none.csv', '--dry-run'], 'cannot read'],
    [['import', 'none.csv', '--zone', 'Mars/Base'], '--zone Mars/Base is no time zone'],
    [['import', 'none.csv', '--step', '2h'], 'Allowed are steps from 1s to 1h'],
    [['import'], "missing required argument 'files'"],
  ])('%j ends with 2: %s', async (argv, message) => {
    const { code, err } = await run(argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
