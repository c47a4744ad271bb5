import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, toIso } from '#core/time.ts';
import { benchReplay } from '../../../../bench/replay/command.ts';

const HOURS = 120;
const START = Date.UTC(2026, 0, 1);
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'helios-bench-'));
  const at = (i: number) => toIso((START + i * HOUR) as Parameters<typeof toIso>[0]);
  const rows = Array.from({ length: HOURS }, (_, i) => {
    const value = i % 24 >= 8 && i % 24 < 20 ? 90 + (i % 3) : 20 + (i % 2);
    return `${at(i)},${value},0`;
  });
  writeFileSync(join(folder, 'shop.csv'), `timestamp,value,filled\n${rows.join('\n')}\n`);
  const cutoffs = `series,k,cutoff,idx,slow,hmax\nshop,1,${at(60)},60,0,24\n`;
  writeFileSync(join(folder, 'cutoffs.csv'), cutoffs);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function bench(...options: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const into = (texts: string[]) => ({
    columns: 200,
    write: (text: string) => texts.push(text) > 0,
  });
  const code = await benchReplay(['--data', folder, '--no-sample', ...options], {
    stdout: into(out),
    stderr: into(err),
  });
  return { code, out: out.join(''), err: err.join('') };
}

describe('npm run bench:replay', () => {
  it('prints minutes short of every policy and writes them', async () => {
    const file = join(folder, 'report.json');
    const { code, out } = await bench('--start-up', '3600', '--json', file);
    expect(code).toBe(0);
    const [row] = JSON.parse(readFileSync(file, 'utf8'));
    expect(row).toMatchObject({ series: 'shop', steps: HOURS, short: { oracle: 0 } });
    expect(Math.abs(row.costDifference)).toBeLessThanOrEqual(0.01);
    expect(out).toContain(' shop ');
    expect(out).toMatch(/Helios better on \d, as good on \d, reactive better on \d/);
  });

  it('tells what it cannot read', async () => {
    writeFileSync(join(folder, 'shop.csv'), 'time,value\n');
    expect(await bench()).toMatchObject({ code: 2, err: expect.stringContaining('shop.csv') });
  });
});
