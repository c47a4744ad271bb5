import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TextSink } from '#cli/environment.ts';
import {
  type ResidentMemory,
  type StartedSide,
  startSide,
  type TrainingMeasure,
} from './started-side.ts';
import type { BenchSize, Side, TrainerBench } from './trainer-bench.ts';

/** What a side took and reached in the turns that count. */
export interface SideMeasure {
  readonly side: Side;
  readonly version: string | null;
  /** One a turn, in their order. */
  readonly trainings: readonly TrainingMeasure[];
  /** Before the first training, in bytes: the program, its libraries and the data. */
  readonly loadedBytes: number | null;
  /** The most that was resident at any time, in bytes. */
  readonly peakBytes: number | null;
}

/**
 * Trains on every side in turn, so that what else the machine does meets all alike. Turn 0 warms up
 * and does not count.
 *
 * @param turns - that count, 1 or more
 */
export async function measureTrainer(
  bench: TrainerBench,
  { size, turns }: { readonly size: BenchSize; readonly turns: number },
  progress: TextSink,
): Promise<readonly SideMeasure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'helios-bench-train-'));
  const started: Running[] = [];
  try {
    for (const side of bench.prepare(folder, size, turns)) {
      const process = await startSide(side);
      started.push({ side, process, loaded: process.memory(), trainings: [] });
    }
    for (let turn = 0; turn <= turns; turn++) {
      for (const { process, trainings } of started) {
        const training = await process.train(turn);
        if (turn > 0) trainings.push(training);
      }
      progress.write(`${bench.name}: ${turn === 0 ? 'warm' : `turn ${turn} of ${turns}`}\n`);
    }
    return started.map(measureOf);
  } finally {
    for (const { process } of started) process.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Running {
  readonly side: Side;
  readonly process: StartedSide;
  readonly loaded: ResidentMemory;
  readonly trainings: TrainingMeasure[];
}

function measureOf({ side, process, loaded, trainings }: Running): SideMeasure {
  return {
    side,
    version: process.version,
    trainings,
    loadedBytes: loaded.now,
    peakBytes: process.memory().peak,
  };
}
