import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { ingest } from '#app/ingest/ingest.ts';
import { type Batch, createBatchBuilder } from '#cli/import/batches.ts';
import { type ImportReport, importFile } from '#cli/import/import-file.ts';
import { inferStep } from '#cli/import/infer-step.ts';
import { IngestColumnsSchema, IngestRequestSchema } from '#contracts/http/ingest.ts';
import type { CsvSeries } from '#core/csv/series-index.ts';
import { durationMs, epochMs } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { memoryServices } from '#test/helpers/memory-services.ts';
import { HEALTH } from './answers.ts';
import { fakeApi, type Received, run, temporaryDirectory } from './fake-environment.ts';

const STEP = durationMs(300_000);
const START = Date.UTC(2026, 0, 1);
const iso = (slot: number) => new Date(START + slot * STEP).toISOString();

/** Imports text and gives what was sent and what was said. */
async function imported(text: string, options: { step?: number; metric?: string } = {}) {
  const batches: Batch[] = [];
  const report = await importFile(Readable.from([text]), {
    metric: options.metric ?? 'value',
    workloadOf: ({ workload }) => ({ deployment: 'web', namespace: 'imported', ...workload }),
    ...(options.step === undefined ? {} : { step: durationMs(options.step) }),
    send: async (batch) => {
      batches.push(batch);
      return undefined;
    },
  });
  return { batches, report };
}

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
    expect(batches.map(({ columns }) => columns.a?.length)).toEqual([10_000, 2_000, 1]);
    for (const batch of batches) expect(JSON.stringify(batch).length).toBeLessThan(1_000_000);
    expect(report).toMatchObject({ rows: 12_001, values: 12_001 });
    // From slot 0 to slot 1,000,000 there are 1,000,001 steps.
    expect(report.series[0]).toMatchObject({ gaps: 1_000_001 - 12_001 });
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

  it('are not cut inside of a slot', () => {
    const series: CsvSeries = { workload: {}, instance: undefined, metric: 'a' };
    const workloadOf = () => ({ deployment: 'web' });
    const builder = createBatchBuilder({ step: STEP, workloadOf });
    for (let i = 0; i < 10_000; i++) builder.add(series, START + i * STEP, i);
    builder.add(series, START + 9_999 * STEP + 1_000, 1);
    expect(builder.takeFull()).toEqual([]);
    builder.add(series, START + 10_000 * STEP, 7);
    const [full] = builder.takeFull();
    expect(full?.columns.a?.slice(-2)).toEqual([9_998, (9_999 + 1) / 2]);
    expect(builder.takeRest()).toMatchObject([{ start: iso(10_000), columns: { a: [7] } }]);
  });

  it('of pods of one workload say which pod they are of', async () => {
    const { batches, report } = await imported(
      `timestamp,deployment,pod,cpu_cores\n${iso(0)},cart,cart-a,1\n${iso(0)},cart,cart-b,2\n${iso(1)},cart,cart-a,3\n`,
    );
    expect(batches).toMatchObject([
      { deployment: 'cart', instance: 'cart-a', columns: { cpu_cores: [1, 3] } },
      { deployment: 'cart', instance: 'cart-b', columns: { cpu_cores: [2] } },
    ]);
    for (const batch of batches) expect(IngestColumnsSchema.safeParse(batch).success).toBe(true);
    expect(report).toMatchObject({ values: 3, merged: 0, repeated: 0 });
  });

  it('hold all values of workloads that a person has stored as one', async () => {
    const batches: Batch[] = [];
    const text = `timestamp,deployment,a\n${iso(0)},x,1\n${iso(1)},x,2\n${iso(2)},y,3\n`;
    const report = await importFile(Readable.from([text]), {
      workloadOf: () => ({ deployment: 'both' }),
      send: async (batch) => {
        batches.push(batch);
        return undefined;
      },
    });
    expect(batches).toMatchObject([{ deployment: 'both', columns: { a: [1, 2, 3] } }]);
    expect(report.series).toMatchObject([{ metric: 'a', values: 3, gaps: 0 }]);
  });

  it('have the step of one series, not of several between each other', async () => {
    // Pod a at :00, pod b a minute later, each every 5 minutes.
    const rows = [0, 1, 2].flatMap((i) => [
      `${iso(i)},a,1\n`,
      `${new Date(START + i * STEP + 60_000).toISOString()},b,1\n`,
    ]);
    const { report } = await imported(`timestamp,pod,cpu_cores\n${rows.join('')}`);
    expect(report.step).toBe(STEP);
  });

  it('go out a few at a time, and a refused one ends the import', async () => {
    let flying = 0;
    let most = 0;
    const rows = Array.from({ length: 60_000 }, (_, i) => `${iso(i)},1\n`);
    const send = async () => {
      most = Math.max(most, ++flying);
      await new Promise((resolve) => setImmediate(resolve));
      flying--;
      return undefined;
    };
    const workloadOf = () => ({ deployment: 'web' });
    const text = `timestamp,a\n${rows.join('')}`;
    await importFile(Readable.from([text]), { workloadOf, send });
    expect(most).toBe(4);
    const failing = importFile(Readable.from([text]), {
      workloadOf,
      send: async () => {
        throw new Error('no');
      },
    });
    await expect(failing).rejects.toThrow('no');
  });
});

describe('an import that was killed', () => {
  const NOW_THEN = epochMs(START + 400 * 86_400_000);
  const rows = Array.from({ length: 12_000 }, (_, i) => `${iso(i)},${i % 90},0.${i % 10}\n`);
  const text = `timestamp,a,b\n${rows.join('')}`;
  const RANGE = { from: epochMs(START), to: NOW_THEN };
  const WEB = workloadId({ deployment: 'web' });

  /** Imports until as many batches are stored, into services with stores of their own. */
  async function imports(...stops: readonly number[]) {
    const services = memoryServices(NOW_THEN);
    let last: ImportReport | undefined;
    for (const stop of stops) {
      let count = 0;
      const work = importFile(Readable.from([text]), {
        workloadOf: () => ({ deployment: 'web' }),
        send: async (batch) => {
          if (++count > stop) throw new Error('killed');
          return ingest(services, IngestRequestSchema.parse(batch));
        },
      });
      last = await work.catch(() => undefined);
    }
    const columns = await services.observations.read(WEB, STEP, RANGE);
    return { columns, last };
  }

  it('is run again, and stores every value once', async () => {
    const { columns, last } = await imports(1, Number.POSITIVE_INFINITY);
    const once = await imports(Number.POSITIVE_INFINITY);
    expect(columns).toEqual(once.columns);
    expect(columns.map(({ slots }) => slots.length)).toEqual([12_000, 12_000]);
    expect(last).toMatchObject({ values: 24_000, rejected: 0, batches: 3 });
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
        '  read as wide, comma between columns, times iso (2026-01-05T10:00:00Z)',
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
        "  cpu_utilization is a ratio from 0 to 1: 1 values are not (1 to 4), and will not be used; if they are percent: --map 'COLUMN=cpu_utilization:percent'",
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

  it.each([
    ['timestamp,value\n2026-01-01 00:00,1\n', 2, 'has no zone, and none is guessed'],
    ['timestamp,value\n1/5/2026 00:00,1\n', 2, '--date-format dmy'],
    [`timestamp,value\nnever,1\n`, 3, 'line 2: "never" is no timestamp'],
  ])('stores nothing of %j and ends with %i: %s', async (text, exit, message) => {
    const api = await fakeApi({ 'GET /health': { body: HEALTH } });
    const home = await temporaryDirectory();
    await writeFile(join(home, 'web.csv'), text);
    const ended = await run(['import', 'web.csv', '-e', api.url], { homeDirectory: home });
    expect(ended.code).toBe(exit);
    expect(ended.out + ended.err).toContain(message);
    expect(api.received).toEqual([]);
  });

  it('reads what the options say, and stores rows where they say they belong', async () => {
    const api = await fakeApi({ 'POST /api/v1/ingest': answer });
    const home = await temporaryDirectory();
    const labels = (pod: string) => `"namespace=shop,pod=${pod},container=app"`;
    const files = {
      'cpu.csv': 'Uhrzeit;CPU %;Notiz\n05.01.2026 10:00;42,5;x\n05.01.2026 10:05;50;y\n',
      'container_cpu_rate.csv': `timestamp,container_labels,value,container_id\n${iso(0)},${labels('cart-7d9c6b8f5d-x2x4q')},0.5,c1\n${iso(1)},${labels('cart-7d9c6b8f5d-x2x4q')},0.6,c1\n`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(home, name), text);
    const mapped = ['--map', 'CPU %=cpu:percent', '--skip', 'Notiz', '--time-column', 'uhrzeit'];
    const local = ['--zone', 'Europe/Berlin', '-d', 'web'];
    const first = await run(['import', 'cpu.csv', '-e', api.url, ...mapped, ...local], {
      homeDirectory: home,
    });
    expect(first.code).toBe(0);
    expect(first.out).toContain('semicolon between columns, decimal comma, times dmy');
    await run(['import', 'container_cpu_rate.csv', '-e', api.url], { homeDirectory: home });
    expect(api.received.map(({ body }) => body)).toMatchObject([
      // 10:00 in Berlin in winter is 9:00 UTC; 42.5 % is 0.425.
      { deployment: 'web', namespace: 'imported', start: '2026-01-05T09:00:00.000Z' },
      {
        deployment: 'cart',
        namespace: 'shop',
        container: 'app',
        instance: 'cart-7d9c6b8f5d-x2x4q',
        columns: { cpu_cores: [0.5, 0.6] },
      },
    ]);
    const [one] = api.received.map(({ body }) => IngestColumnsSchema.parse(body));
    expect(one?.columns).toEqual({ cpu_utilization: [0.425, 0.5] });
  });

  it.each([
    [['import', 'none.csv', '--dry-run'], 'cannot read'],
    [['import', 'none.csv', '--zone', 'Mars/Base'], '--zone Mars/Base is no time zone'],
    [['import', 'none.csv', '--step', '2h'], 'Allowed are steps from 1s to 1h'],
    [['import', 'none.csv', '--map', 'CPU'], 'names no column and metric'],
    [['import', 'none.csv', '--map', 'CPU=cpu:MB'], 'MB is no unit of cpu_utilization'],
    [['import', 'none.csv', '--delimiter', 'x'], 'Allowed are comma, semicolon, tab and pipe'],
    [['import'], "missing required argument 'files'"],
  ])('%j ends with 2: %s', async (argv, message) => {
    const { code, err } = await run(argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
