import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMs, durationMs, epochMs, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { type HeliosInMemory, startHeliosInMemory } from '#test/helpers/helios-in-memory.ts';
import { fakeApi, run } from './fake-environment.ts';

const STEP = durationMs(300_000);
const START = epochMs(Date.UTC(2026, 0, 1));
const STEPS = 30;
const NOW = addMs(START, STEP, STEPS);
const WEB = workloadId({ namespace: 'imported', deployment: 'web' });
const iso = (slot: number) => addMs(START, STEP, slot);
const time = (slot: number) => new Date(iso(slot)).toISOString();

/** Thirty steps of three metrics: row 5 lacks its CPU, restarts grow at row 4. */
const FILE = [
  'timestamp,cpu_cores,request_rate,restarts',
  ...Array.from({ length: STEPS }, (_, i) =>
    [time(i), i === 5 ? '' : 0.1 * (i + 1), 10 + i, i < 4 ? 2 : 3].join(','),
  ),
  '',
].join('\n');

describe('export', () => {
  let helios: HeliosInMemory;
  let home: string;
  const command = (...argv: string[]) =>
    run(['--endpoint', helios.url, '--quiet', ...argv], { now: NOW, homeDirectory: home });
  beforeAll(async () => {
    helios = await startHeliosInMemory({ now: () => NOW });
    home = await mkdtemp(join(tmpdir(), 'helios-export-'));
    await writeFile(join(home, 'web.csv'), FILE);
    const { code, err } = await command('import', 'web.csv', '--step', '5m');
    if (code !== 0) throw new Error(err);
  });
  afterAll(async () => {
    await rm(home, { recursive: true, force: true });
    await helios.close();
  });

  it('gives back what was imported, and what is given back can be imported', async () => {
    const { code, out, err } = await command('export', '--from', '1d');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe('timestamp,cluster,namespace,deployment,container,metric,value');
    expect(lines).toHaveLength(1 + 3 * STEPS - 1);
    expect(lines[1]).toBe(`${time(0)},default,imported,web,*,cpu_cores,0.1`);
    expect(lines.filter((line) => line.startsWith(time(5)))).toEqual([
      `${time(5)},default,imported,web,*,request_rate,15`,
      `${time(5)},default,imported,web,*,restarts,3`,
    ]);
    const other = await startHeliosInMemory({ now: () => NOW });
    await writeFile(join(home, 'back.csv'), out);
    const there = (...argv: string[]) =>
      run(['--endpoint', other.url, '--quiet', ...argv], { now: NOW, homeDirectory: home });
    expect(await there('import', 'back.csv', '--step', '5m')).toMatchObject({ code: 0 });
    expect((await there('export', '--from', '1d')).out).toBe(out);
    await other.close();
  });

  it('writes JSON lines of the same names, and a file whole or not at all', async () => {
    await writeFile(join(home, 'out.jsonl'), 'before');
    const { code, out } = await command(
      ...['export', 'series', '--metrics', 'rps', '--format', 'jsonl', '--file', 'out.jsonl'],
      ...['--to', time(10), '--seconds', '600'],
    );
    expect({ code, out }).toEqual({ code: 0, out: '' });
    const rows = (await readFile(join(home, 'out.jsonl'), 'utf8')).trimEnd().split('\n');
    const workload = {
      cluster: 'default',
      namespace: 'imported',
      deployment: 'web',
      container: '*',
    };
    expect(rows.map((row) => JSON.parse(row))).toEqual([
      { timestamp: time(8), ...workload, metric: 'request_rate', value: 18 },
      { timestamp: time(9), ...workload, metric: 'request_rate', value: 19 },
    ]);
    const failed = await run(
      ['--endpoint', (await fakeApi({})).url, '--quiet', 'export', '--file', 'out.jsonl'],
      { homeDirectory: home },
    );
    expect(failed.code).toBe(2);
    expect((await readFile(join(home, 'out.jsonl'), 'utf8')).split('\n')).toHaveLength(3);
    expect((await readdir(home)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('writes the 108 features, those of a part as those of the whole', async () => {
    const { out } = await command('export', 'features', '--from', '1d');
    const [head = '', ...rows] = out.trimEnd().split('\n');
    const names = head.split(',');
    expect(names).toHaveLength(5 + 108);
    expect(rows).toHaveLength(STEPS);
    const lag = names.indexOf('request_rate_lag_12');
    // request_rate is 10 + i: at row 20 it was 18 twelve rows before, at row 3 nothing.
    expect(rows[20]?.split(',')[lag]).toBe('18');
    expect(rows[3]?.split(',')[lag]).toBe('');
    const part = await command('export', 'features', '--from', time(20));
    expect(part.out.trimEnd().split('\n').slice(1)).toEqual(rows.slice(20));
  });

  it('writes the 18 columns of MOrA, and nothing that was not measured', async () => {
    const { out } = await command('export', '--format', 'mora', '--from', '1d');
    const rows = out.trimEnd().split('\n');
    expect(rows[0]).toBe(
      'timestamp,experiment_id,service,scenario,replica_count,load_users,cpu_cores_value,mem_bytes_value,' +
        'net_rx_bytes_value,net_tx_bytes_value,pod_restarts_value,replica_count_value,node_cpu_util_value,' +
        'node_mem_util_value,network_activity_rate_value,processing_intensity_value,service_stability_value,' +
        'resource_pressure_value',
    );
    // Row 4: 0.5 cores over 14 requests a second; one restart since row 3, so stability 1 / 2.
    expect(rows[5]).toBe(`${time(4)},,web,observed,,,0.5,,,,3,,,,,${0.5 / 14},0.5,`);
  });

  it('writes the data summary and the metrics of the seeds', async () => {
    const summary = await command('export', '--format', 'data-summary', '--from', '1d');
    expect(JSON.parse(summary.out)).toMatchObject({
      'imported/web': {
        shape: [STEPS, 3],
        time_range: { start: time(0), end: time(STEPS - 1) },
        columns: ['timestamp', 'cpu_cores', 'request_rate', 'restarts'],
        statistics: { request_rate: { count: STEPS, mean: 24.5, min: 10, max: 39 } },
      },
    });
    const metrics = await command('export', '--format', 'metrics');
    expect(JSON.parse(metrics.out)).toEqual({
      timestamp: new Date(NOW).toISOString(),
      workloads: {},
    });
  });

  it('writes recommendations, and says when there is nothing', async () => {
    const { code, out } = await command('export', 'recommendations');
    expect(code).toBe(0);
    expect(out.split('\n')[1]).toContain(',default,imported,web,*,');
    expect((await command('export', 'forecasts')).code).toBe(3);
  });

  it('writes every forecast of a range, however many answers that takes', async () => {
    const { issued } = helios.services;
    const subject = { workload: 'default#imported#web#*', metric: 'request_rate' } as const;
    // One each five minutes; a page has 25 of them.
    const at = (slot: number) => new Date(addMs(NOW, STEP, slot - 60)).toISOString();
    for (let slot = 0; slot < 60; slot++) {
      await issued.add(subject, {
        ...{ issued_at: at(slot), data_as_of: at(slot), model: 'naive', version: null },
        ...{ step_seconds: 300, level: 0.9, values: [slot, -slot] },
        ...{ lower_bounds: null, upper_bounds: null },
      });
    }
    const argv = ['export', 'forecasts', '--metrics', 'request_rate'];
    const { out } = await command(...argv, '--from', at(3), '--to', at(58));
    const rows = out.trimEnd().split('\n').slice(1);
    const issuedAt = rows.map((row) => row.split(',')[0]);
    // Slots 3 to 57, the newest first, two steps of each.
    expect(issuedAt).toEqual(Array.from({ length: 110 }, (_, i) => at(57 - Math.floor(i / 2))));
    expect(rows[0]).toBe(
      `${at(57)},${at(57)},default,imported,web,*,request_rate,naive,,${at(58)},57,0.9,,`,
    );
  });

  it('writes what was recommended in a range: each change, and no repetition', async () => {
    const { recommendations } = helios.services;
    const at = (minute: number) => new Date(addMs(NOW, MINUTE, minute - 700)).toISOString();
    for (let minute = 0; minute < 620; minute++) {
      await recommendations.publish({
        ...{
          workload: WEB,
          simulated: false,
          generated_at: at(minute),
          valid_until: at(minute + 5),
        },
        // Another target each minute, but for the last ten.
        ...{ action: 'scale_out', current_replicas: 1, target_replicas: Math.min(minute, 610) },
        ...{ lower_replicas: null, upper_replicas: 9, quantile: 0.95, lead_time_seconds: 60 },
        ...{ p_short: null, execute_by: null, demand: null },
        reasons: [{ code: 'DEMAND', message: 'more is coming' }],
      });
    }
    const { out, err } = await command(
      'export',
      'recommendations',
      '--from',
      at(1),
      '--to',
      at(620),
    );
    expect(err).toBe('');
    const [head, ...rows] = out.trimEnd().split('\n');
    expect(head).toContain('action,current_replicas,target_replicas,');
    // A page has 500 of these 610.
    expect(rows.map((row) => Number(row.split(',')[7]))).toEqual(
      Array.from({ length: 610 }, (_, i) => i + 1),
    );
    expect(rows[0]).toBe(
      `${at(1)},default,imported,web,*,scale_out,1,1,,9,,${at(6)},more is coming`,
    );
    const part = await command('export', 'recommendations', '--from', at(5), '--to', at(7));
    expect(part.out.trimEnd().split('\n')).toHaveLength(3);
  });

  it('reads straight from a source', async () => {
    const values = [
      [START / 1_000, '0.25'],
      [START / 1_000 + 15, 'NaN'],
    ];
    const metric = { namespace: 'shop', pod: 'web-7d9c6b8f5d-x2x4q', container: 'web' };
    const asked: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text) => asked.push(text));
      const isFirst = asked.length === 0;
      request.on('end', () => {
        const result = isFirst ? [{ metric, values }] : [];
        response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, out } = await command(
      ...['export', '--source', 'prometheus', '--url', url, '--seconds', '3600', '--step', '15'],
      ...['--to', time(12)],
    );
    server.closeAllConnections();
    server.close();
    expect(code).toBe(0);
    expect(out).toBe(
      'timestamp,cluster,namespace,deployment,container,instance,metric,value\n' +
        `${time(0)},default,shop,web,web,web-7d9c6b8f5d-x2x4q,cpu_cores,0.25\n`,
    );
    expect(new URLSearchParams(asked[0]).get('step')).toBe('15');
  });

  it('refuses what does not go together', async () => {
    for (const argv of [
      ['features', '--format', 'mora'],
      ['--from', '1h', '--seconds', '60'],
      ['--url', 'http://p'],
      ['--from', time(3), '--to', time(3)],
      ['features', '--source', 'prometheus', '--url', 'http://p'],
    ]) {
      expect((await command('export', ...argv)).code).toBe(2);
    }
  });
});
