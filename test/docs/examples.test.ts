import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '#test/helpers/repository.ts';

describe('examples/forecast-a-csv.ts', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'helios-example-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(values: readonly (number | '')[]) {
    const file = join(folder, 'load.csv');
    writeFileSync(file, `${values.join('\n')}\n`);
    const program = ['--import', 'tsx', 'examples/forecast-a-csv.ts', file, '60'];
    return spawnSync(process.execPath, program, { cwd: ROOT, encoding: 'utf8' });
  }

  it('forecasts a daily rhythm, holes and all, and says how much better than naive it was', () => {
    // Fourteen days by the hour, the same each day: 100 at night, 200 from 8 to 19.
    const hours = Array.from({ length: 14 * 24 }, (_, i) =>
      i % 24 >= 8 && i % 24 < 20 ? 200 : 100,
    );
    const { status, stderr, stdout } = run(hours.map((value, i) => (i % 50 === 7 ? '' : value)));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // The file ends at 23:00; the next six hours are night, and were so on every day before.
    const rows = stdout.split('\n').filter((line) => /^ +[1-6] /.test(line));
    expect(rows.map((row) => row.trim().split(/ +/)[1])).toEqual(new Array(6).fill('100.0'));
    expect(stdout).toMatch(/^error \d+\.\d % lower than that of the last value, on \d+ forecasts/m);
  });

  it('refuses a file that is too short to measure anything', () => {
    const { status, stderr } = run([1, 2, 3]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('a backtest needs 25 steps, got 3');
  });
});
