import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { benchForecast } from '../../../../bench/forecast/command.ts';
import {
  type BenchmarkReport,
  BenchmarkReportSchema,
} from '../../../../bench/forecast/report-schema.ts';
import { runForecastBenchmark } from '../../../../bench/forecast/run.ts';
import { tinyFolder, withFolder } from './tiny-folder.ts';

const SILENT = { write: () => true };

async function command(...argv: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const code = await benchForecast(argv, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  });
  return { code, stdout, stderr };
}

/** Everything but what a clock says. */
function withoutTimes(report: BenchmarkReport): unknown {
  const none = { fit_ms: null, fit_ratio: null, predict_ms: null, predict_ratio: null };
  return {
    ...report,
    models: report.models.map((model) => ({ ...model, time: none })),
    training: { ...report.training, median_ms: null, max_ms: null },
  };
}

describe('npm run bench:forecast', () => {
  it('prints all tables, and writes forecasts and a report that says the same', async () => {
    await withFolder(tinyFolder(), async (data) => {
      const out = join(data, 'out');
      const json = join(data, 'report.json');
      const { code, stdout, stderr } = await command(
        ...['--data', data, '--models', 'ses,auto', '--workers', '0'],
        ...['--out', out, '--json', json],
      );
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const report = BenchmarkReportSchema.parse(JSON.parse(readFileSync(json, 'utf8')));
      expect(report.models.map(({ name }) => name)).toEqual(['naive', 'ses', 'auto']);
      // Two series, two cutoffs of 30 steps; hour 103 is interpolated and 3 steps after the first.
      expect(report.data).toMatchObject({ series: 2, cutoffs: 4, cells: 118, track: 'long' });
      expect(report.buckets.map(({ label }) => label)).toEqual(['1d', '3d', '7d', '30d']);
      const naive = report.models[0]!;
      expect(naive.rmae).toEqual({
        buckets: [1, 1, null, null],
        up_to_1h: null,
        all: 1,
        pooled: 1,
      });
      const auto = report.models[2]!;
      expect(stdout).toMatch(new RegExp(`auto .* ${auto.rmae.all?.toFixed(3)} `));
      expect(stdout).toContain('118 cells scored');
      expect(stdout).toContain('2,000 draws');
      expect(auto.comparisons).toMatchObject([{ against: 'naive', scope: 'all' }]);
      const rows = readFileSync(join(out, 'auto.csv'), 'utf8').trimEnd().split('\n');
      // The interpolated hours are forecast too.
      expect(rows).toHaveLength(1 + 120);
      expect(rows[1]).toMatch(/^sys__a,2024-01-05T04:00:00Z,1,[\d.]+,[\d.]+,[\d.]+$/);
    });
  }, 60_000);

  it('gives what it wrote the same scores when that is compared, in any number of threads', async () => {
    await withFolder(tinyFolder(), async (data) => {
      const out = join(data, 'out');
      const options = { data, models: ['ses'], workers: 0, draws: 100 };
      const alone = await runForecastBenchmark({ ...options, out }, SILENT);
      const file = join(out, 'other.csv');
      writeFileSync(file, readFileSync(join(out, 'ses.csv')));
      const compared = await runForecastBenchmark(
        { ...options, workers: 2, compare: [file] },
        SILENT,
      );
      const [naive, ses, other] = compared.models;
      expect(withoutTimes({ ...compared, models: [naive!, ses!] })).toEqual(
        withoutTimes({ ...alone, series: compared.series }),
      );
      expect(other).toMatchObject({ name: 'other', origin: 'file' });
      expect(other?.rmae).toEqual(ses?.rmae);
      expect(other?.rcrps).toEqual(ses?.rcrps);
      expect(other?.coverage).toEqual(ses?.coverage);
      expect(other?.time).toEqual({
        fit_ms: null,
        fit_ratio: null,
        predict_ms: null,
        predict_ratio: null,
      });
    });
  }, 60_000);

  it('scores a file that lacks cells on those it has, naive on the same ones', async () => {
    await withFolder(tinyFolder(), async (data) => {
      const value = valueAt(data, 'sys__b', 101);
      const rows = [
        ['series', 'cutoff', 'horizon', 'yhat', 'lo', 'hi'],
        ['sys__b', '2024-01-05T04:00:00Z', 1, value, '', ''],
      ];
      await withFolder({ 'perfect-once.csv': rows }, async (folder) => {
        const { code, stdout } = await command(
          ...['--data', data, '--models', 'naive', '--workers', '0'],
          ...['--compare', join(folder, 'perfect-once.csv')],
        );
        expect(code).toBe(0);
        // f / (naive's error + f) is less than 1 and the same for each measure of one cell.
        expect(stdout).toMatch(/perfect-once \* │\s+(0\.\d+) │\s+│\s+│\s+│\s+\1 │\s+\1 │/);
        expect(stdout).toContain('perfect-once is scored on 1 of 118 cells, naive on the same');
      });
    });
  }, 60_000);

  it.each([
    [['--models', 'oracle'], 2, /no model oracle on this grid/],
    [['--models', 'ses', '--reference', 'auto'], 2, /auto is not among the models to run/],
    [['--models', 'a,,b'], 2, /names separated by commas/],
    [['--workers', '-1'], 2, /an integer from 0 to 64/],
    [['--compare', 'no-such-file.csv'], 2, /cannot read no-such-file\.csv/],
  ])('refuses %j', async (flags, exit, message) => {
    await withFolder(tinyFolder(), async (data) => {
      const { code, stderr } = await command('--data', data, ...flags);
      expect(code).toBe(exit);
      expect(stderr).toMatch(message);
    });
  });

  it('needs a folder', async () => {
    const { code, stderr } = await command();
    expect(code).toBe(2);
    expect(stderr).toMatch(/--data <dir>/);
  });
});

/** A value as the series file says it. */
function valueAt(folder: string, series: string, index: number): string {
  const rows = readFileSync(join(folder, `${series}.csv`), 'utf8').split('\n');
  return rows[index + 1]?.split(',')[1] ?? '';
}
