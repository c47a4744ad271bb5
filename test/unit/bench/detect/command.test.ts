import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { benchDetect } from '../../../../bench/detect/command.ts';
import { type BenchDetector, DETECTORS } from '../../../../bench/detect/detectors.ts';
import { DetectionReportSchema } from '../../../../bench/detect/report-schema.ts';
import { tinyCorpus, withCorpus } from './tiny-corpus.ts';

/** Alarms where a value is above 40, weakly at values of 2. */
const sharp: BenchDetector = {
  name: 'sharp',
  origin: 'helios',
  score: (_, values) => values.map((value) => (value > 40 ? 1 : value === 2 ? 0.04 : 0)),
};

async function command(argv: readonly string[], detectors?: readonly BenchDetector[]) {
  let stdout = '';
  let stderr = '';
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  };
  const code = await benchDetect(argv, streams, detectors);
  return { code, stdout, stderr };
}

describe('npm run bench:detect', () => {
  it('prints all tables, and writes result files and a report that says the same', async () => {
    await withCorpus(tinyCorpus(), async (data) => {
      const out = join(data, 'out');
      const json = join(data, 'new', 'report.json');
      const { code, stdout, stderr } = await command(
        ['--data', data, '--out', out, '--json', json],
        [sharp, ...DETECTORS],
      );
      expect(stderr).toBe('');
      expect(code).toBe(0);

      const report = DetectionReportSchema.parse(JSON.parse(readFileSync(json, 'utf8')));
      expect(report.settings.threshold).toBe(0.03);
      // Probation: 1 row of 8 and 1 of 7. Healthy: 7 rows less 2 of the window, and 6.
      expect(report.data.files).toMatchObject([
        { path: 'cloud/cpu.csv', probation_rows: 1, healthy_rows: 5, step_seconds: 300 },
        { path: 'quiet/flat.csv', probation_rows: 1, healthy_rows: 6, windows: 0 },
      ]);
      const [own] = report.detectors;
      expect(own?.optimised.map(({ threshold, score }) => [threshold, score])).toEqual([
        [1, 100],
        [1, 100],
        [1, 100],
      ]);
      // At 0.03 the values of 2 in rows 1 and 3 (gain −1) and 6 (sig(1) = −0.986614298) alarm too.
      const [fixed] = own?.fixed ?? [];
      expect(fixed).toMatchObject({ windows_found: 1, false_alarm_rows: 3 });
      expect(fixed?.score).toBeCloseTo((100 * (2 - 0.11 * 2.986614298)) / 2, 6);
      expect(fixed?.categories).toMatchObject([
        { category: 'cloud', files: 1, windows: 1, windows_found: 1, false_alarm_rows: 3 },
        { category: 'quiet', files: 1, windows: 0, windows_found: 0, points: 0 },
      ]);
      // 3 of 11 rows; 2,880 rows of 5 minutes are ten days.
      expect(own?.false_alarms.per_metric_in_ten_days).toBeCloseTo((3 * 2_880) / 11, 9);
      expect(own?.false_alarms.per_metric_in_2880_rows).toBeCloseTo((3 * 2_880) / 11, 9);

      expect(stdout).toContain('2 files, 1 windows, 13 of 15 rows scored');
      expect(stdout).toMatch(/sharp +│ these 2 +│ no +│ +100\.0 │ +100\.0 │ +100\.0 │/);
      expect(stdout).toMatch(/HTM +│ all 58 of NAB │ yes +│ +70\.1 │ +63\.2 │ +74\.3 │/);
      expect(stdout).toMatch(/HTM +│ 41 of NAB +│ yes +│ +69\.2 │ +│ +│/);
      expect(stdout).toContain('in advance, which no live system has');
      expect(stdout).toMatch(/sharp +│ +83\.6 │ .* 1 │ +3 │ +785\.45 │ +785\.45 │/);
      expect(stdout).toMatch(/sharp +│ cloud +│ +1 │ +1 │ +1 │ +0 │ +100\.0 │ +100\.0 │/);

      expect(readFileSync(join(out, 'sharp', 'cloud', 'cpu.csv'), 'utf8').split('\n')).toEqual([
        'timestamp,value,anomaly_score',
        '2024-01-01 00:00:00,1,0',
        '2024-01-01 00:05:00,2,0.04',
        '2024-01-01 00:10:00,1,0',
        '2024-01-01 00:15:00,2,0.04',
        '2024-01-01 00:20:00,50.0,1',
        '2024-01-01 00:25:00,60,1',
        '2024-01-01 00:30:00,2,0.04',
        '2024-01-01 00:35:00,1,0',
        '',
      ]);
    });
  });

  it('scores at the threshold that is asked for, and tells of absent files', async () => {
    const labels = JSON.parse(tinyCorpus()['windows.json'] ?? '');
    const files = {
      ...tinyCorpus(),
      'windows.json': JSON.stringify({ ...labels, 'cloud/gone.csv': [] }),
    };
    await withCorpus(files, async (data) => {
      const { stdout } = await command(['--data', data, '--threshold', '0.05'], [sharp]);
      expect(stdout).toContain('Not scored: 1 labelled files that the folder does not hold.');
      expect(stdout).toMatch(/At the fixed threshold 0\.05[\s\S]*sharp +│ +100\.0 │/);
    });
  });

  it('leaves the fixed threshold out where only baselines run', async () => {
    await withCorpus(tinyCorpus(), async (data) => {
      const { code, stdout } = await command(['--data', data], DETECTORS.slice(-1));
      expect(code).toBe(0);
      expect(stdout).toContain('windowed-gaussian (baseline)');
      expect(stdout).not.toContain('At the fixed threshold');
    });
  });

  it.each([
    [[], /required option '--data <dir>'/],
    [['--data', 'no-such-folder'], /no-such-folder\/windows\.json: ENOENT/],
    [['--data', '.', '--threshold', '2'], /a number from 0 to 1/],
    [['--data', '.', '--quick'], /unknown option '--quick'/],
  ])('refuses %j', async (argv, message) => {
    const { code, stderr } = await command(argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('refuses to write where it cannot', async () => {
    await withCorpus(tinyCorpus(), async (data) => {
      const json = join(data, 'windows.json', 'report.json');
      const { code, stderr } = await command(['--data', data, '--json', json], [sharp]);
      expect(code).toBe(2);
      expect(stderr).toContain(`cannot write ${json}`);
    });
  });

  it.each([
    ['too few scores', () => new Float64Array(3), /sharp gave 3 scores for 8 rows/],
    [
      'a score that is none',
      (v: Float64Array) => v.fill(Number.NaN),
      /row 0 of cloud\/cpu\.csv NaN/,
    ],
    ['a score above 1', (v: Float64Array) => v.map((_, i) => i), /scored row 2 of .* 2, not in/],
  ])('is stopped by a detector that gives %s', async (_, scores, message) => {
    await withCorpus(tinyCorpus(), async (data) => {
      const broken: BenchDetector = { ...sharp, score: (_t, values) => scores(values) };
      const { code, stderr } = await command(['--data', data], [broken]);
      expect(code).toBe(70);
      expect(stderr).toMatch(message);
    });
  });
});
