import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Incident } from '#core/simulate/incident.ts';
import { addMs, DAY, epochMs, HOUR, toIso } from '#core/time.ts';
import { benchIncidents } from '../../../../bench/incidents/command.ts';
import type { Replay, ReplayOptions } from '../../../../bench/incidents/replay.ts';
import { IncidentReportSchema } from '../../../../bench/incidents/report-schema.ts';

const START = epochMs(Date.UTC(2026, 0, 5));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A day has an incident of each of these sizes; Helios finds those above 2, and one that is none. */
const SIZES = [1.2, 2, 3, 12];

function watched(asked: ReplayOptions[]) {
  return async (options: ReplayOptions): Promise<Replay> => {
    asked.push(options);
    const labels = options.hasIncidents ? SIZES.map(labelOf) : [];
    const found = labels.filter(({ sizeInNoise }) => sizeInNoise > 2);
    return {
      labels,
      incidents: [...found.map(({ start }) => start), addMs(START, DAY, 6)].map(incidentAt),
      scoreMs: options.hasIncidents ? 4 : 2,
    };
  };
}

function labelOf(sizeInNoise: number, day: number): Incident {
  const start = addMs(START, DAY, day);
  const metrics = ['cpu_utilization'] as const;
  const kind = sizeInNoise < 3 ? 'stuck_job' : 'noisy_neighbour';
  return { id: `${day}`, kind, start, end: addMs(start, HOUR), metrics, sizeInNoise, size: 1 };
}

function incidentAt(at: number): Replay['incidents'][number] {
  const iso = toIso(epochMs(at));
  return {
    id: iso,
    workload: { cluster: 'c', namespace: 'n', deployment: 'd', container: '*' },
    simulated: true,
    start: iso,
    end: null,
    opened_at: iso,
    peak: { at: iso, score: 3.5, metric: null },
    severity: 'high',
    direction: null,
    state: 'open',
    ended_because: null,
    metrics: [],
    detectors: ['service'],
    message: '',
    feedback: null,
  };
}

async function bench(...argv: string[]) {
  const asked: ReplayOptions[] = [];
  const told = { out: [] as string[], err: [] as string[] };
  const streams = {
    stdout: { write: (text: string) => told.out.push(text) },
    stderr: { write: (text: string) => told.err.push(text) },
  };
  const code = await benchIncidents(argv, streams, watched(asked));
  return { code, out: told.out.join(''), err: told.err.join(''), asked };
}

describe('npm run bench:incidents', () => {
  it('watches each shop with and without incidents', async () => {
    const { code, asked, err } = await bench('--seeds', '2-3,9', '--days', '7', '--retrain', '2');
    expect(code).toBe(0);
    expect(asked).toEqual(
      [2, 3, 9].flatMap((seed) =>
        [true, false].map((hasIncidents) => ({
          seed,
          days: 7,
          hasIncidents,
          usesReconstruction: false,
          retrainDays: 2,
        })),
      ),
    );
    expect(err).toContain('seed 9: 3 of 3 watched');
  });

  it('counts what was found by size and kind, and what was not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'helios-bench-'));
    folders.push(folder);
    const file = join(folder, 'report.json');
    const { out } = await bench('--seeds', '1-2', '--days', '7', '--json', file);
    const report = IncidentReportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    // Two shops: two incidents of each size. Those of 3 and of 12 are found in their first slot.
    expect(report.labelled.three_and_more).toEqual({
      incidents: 4,
      found: 4,
      recall: 1,
      median_delay_minutes: 5,
    });
    expect(
      report.labelled.by_size.map(({ from, incidents, found }) => [from, incidents, found]),
    ).toEqual([
      [1.2, 2, 0],
      [2, 2, 0],
      [3, 2, 2],
      [5, 0, 0],
      [8, 2, 2],
    ]);
    expect(report.labelled.by_kind.map(({ kind, recall }) => [kind, recall])).toEqual([
      ['noisy_neighbour', 1],
      ['stuck_job', 0],
    ]);
    expect(report.labelled).toMatchObject({ unexplained: 2, unexplained_per_week: 1 });
    expect(report.healthy).toEqual({ incidents: 2, per_week: 1, weeks: 2 });
    expect(report.score_ms).toBe(3);
    expect(report.shops[1]?.false_incidents.map(({ shop }) => shop)).toEqual([
      'labelled',
      'healthy',
    ]);
    expect(out).toContain(
      'False incidents of the shops without any: 2 in 2.0 weeks, 1.00 a shop and week',
    );
    expect(out).toMatch(/3 and more │ +4 │ +4 │ +1\.00 │ +5 /);
  });

  it.each([
    ['--seeds', 'x'],
    ['--seeds', '5-3'],
    ['--days', '0'],
    ['--retrain', '1.5'],
    ['--unknown', '1'],
  ])('refuses %s %s', async (...argv) => {
    expect((await bench(...argv)).code).toBe(2);
  });
});
