import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { benchTrain } from '../../../../bench/train/command.ts';
import { TrainReportSchema } from '../../../../bench/train/report-schema.ts';
import type { Side, TrainerBench } from '../../../../bench/train/trainer-bench.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A process that takes so many seconds in turn 1, twice in turn 2, and 100 to warm up. */
function sideOf(key: string, seconds: number, loss: number): Side {
  const program = `
    const say = (answer) => console.log(JSON.stringify(answer));
    say({ version: '1.5' });
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const turn = Number(line.replace('train ', ''));
      say({ cpu_seconds: turn * ${seconds} || 100, wall_seconds: 7, loss: ${loss} });
    });`;
  return { key, name: `the ${key}`, command: [process.execPath, '-e', program] };
}

function trainerOf(name: TrainerBench['name'], sides: readonly Side[], prepared: string[] = []) {
  return {
    name,
    title: (size: string) => `${name}, ${size}`,
    lossName: 'as told',
    prepare(folder: string) {
      prepared.push(folder);
      return sides;
    },
  } satisfies TrainerBench;
}

async function run(argv: readonly string[], trainers: readonly TrainerBench[]) {
  const written = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
      return true;
    },
  });
  const streams = { stdout: sink('stdout'), stderr: sink('stderr') };
  const code = await benchTrain(argv, streams, trainers, 'small');
  return { code, ...written };
}

describe('bench:train', () => {
  it('lets the sides take turns, and writes ratios of medians and mean losses', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'helios-train-'));
    folders.push(folder);
    const json = join(folder, 'report.json');
    const prepared: string[] = [];
    const boosting = [sideOf('helios', 1, 3), sideOf('xgboost-hist', 4, 2)];
    const trainers = [
      trainerOf('boosting', boosting, prepared),
      trainerOf('prophet', [sideOf('helios', 1, 3)]),
    ];
    const { code, stdout, stderr } = await run(['--turns', '2', '--json', json], trainers);
    expect({ code, failed: stderr.includes('Error') }).toEqual({ code: 0, failed: false });
    // Medians of two turns: (1 + 2) / 2 and (4 + 8) / 2 seconds; losses 3 and 2.
    expect(TrainReportSchema.parse(JSON.parse(readFileSync(json, 'utf8')))).toEqual({
      lstm: { time_ratio_pytorch: null, time_ratio_tfjs_wasm: null },
      prophet: { time_ratio_r: null, objective_ratio: null },
      boosting: { time_ratio_xgboost_hist: 0.25, loss_ratio: 1.5 },
    });
    expect(stdout).toMatch(
      /the helios \(1\.5\) +│ +1\.500 │ +1\.00 │ +7\.000 │ +3\.00000 │ +1\.0000/,
    );
    expect(stdout).toMatch(/the xgboost-hist \(1\.5\) +│ +6\.000 │ +0\.25 │ +7\.000 │ +2\.00000 │/);
    expect(stderr).toContain('boosting: turn 2 of 2\n');
    expect(prepared.map(existsSync)).toEqual([false]);
  });

  it('measures only what it is asked for', async () => {
    const trainers = [trainerOf('prophet', []), trainerOf('boosting', [sideOf('helios', 1, 1)])];
    const { stdout } = await run(['--only', 'boosting', '--turns', '1'], trainers);
    expect(stdout).toContain('boosting, small');
    expect(stdout).not.toContain('prophet');
  });

  it('tells why a side failed, instead of leaving it out', async () => {
    const failing: Side = {
      key: 'helios',
      name: 'the broken',
      command: [process.execPath, '-e', 'console.error("no library"); process.exit(3)'],
    };
    const { code, stderr } = await run(['--turns', '1'], [trainerOf('boosting', [failing])]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/the broken ended without an answer: no library/);
  });

  it.each(['0', '1.5', '101', 'many'])('refuses %s turns', async (turns) => {
    const { code, stderr } = await run(['--turns', turns], []);
    expect(code).toBe(2);
    expect(stderr).toContain('a whole number from 1 to 100');
  });
});
