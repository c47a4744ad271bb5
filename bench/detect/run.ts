import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TextSink } from '#cli/environment.ts';
import { foreignError } from '#cli/foreign-error.ts';
import { startProgress } from '#cli/render/progress.ts';
import { DomainError } from '#core/errors.ts';
import { type BenchDetector, DETECTORS } from './detectors.ts';
import { loadNab, type NabCorpus, type NabFile } from './nab-data.ts';
import { probationRows } from './nab-gains.ts';
import { type DetectorRun, makeReport, type ScoredNabFile } from './report.ts';
import type { DetectionReport } from './report-schema.ts';

/** What a run of the benchmark is asked for. */
export interface BenchmarkOptions {
  /** Folder of NAB's form. */
  readonly data: string;
  /** Folder for the scores, a folder of result CSVs a detector. */
  readonly out?: string;
  /** The threshold for all files and profiles beside the best ones; 0.03 unless given. */
  readonly threshold?: number;
  readonly detectors?: readonly BenchDetector[];
}

const DEFAULT_THRESHOLD = 0.03;

/**
 * Runs the detection benchmark: every detector over every file of a folder, scored by NAB's rules.
 *
 * @param progress - where progress is shown, on a terminal
 * @throws {DomainError} `IMPORT_INVALID` when a file cannot be used, `CONFIG_INVALID` when the
 *   results cannot be written
 */
export function runDetectionBenchmark(
  options: BenchmarkOptions,
  progress: TextSink,
): DetectionReport {
  const { detectors = DETECTORS, threshold = DEFAULT_THRESHOLD, out } = options;
  const corpus = loadNab(options.data);
  const runs = scoreAll(corpus, detectors, progress);
  if (out !== undefined) {
    for (const { name, files } of runs) {
      for (const file of files) writeText(join(out, name, file.path), resultCsv(file), 'out');
    }
  }
  return makeReport(corpus, runs, threshold);
}

function scoreAll(
  { files }: NabCorpus,
  detectors: readonly BenchDetector[],
  sink: TextSink,
): readonly DetectorRun[] {
  const total = detectors.length * files.length;
  const progress = startProgress({ stderr: sink }, { total, title: 'detecting', quiet: false });
  let done = 0;
  try {
    return detectors.map((detector) => ({
      name: detector.name,
      origin: detector.origin,
      files: files.map((file) => {
        const scores = scoresOf(detector, file);
        progress.update(++done, `${detector.name} ${file.path}`);
        return { ...file, scores };
      }),
    }));
  } finally {
    progress.stop();
  }
}

/** @throws {RangeError} when a detector breaks its promise */
function scoresOf({ name, score }: BenchDetector, file: NabFile): Float64Array {
  const scores = score(file.timestamps, file.values, probationRows(file.rows));
  if (scores.length !== file.rows) {
    throw new RangeError(`${name} gave ${scores.length} scores for ${file.rows} rows`);
  }
  const bad = scores.findIndex((each) => !(each >= 0 && each <= 1));
  if (bad < 0) return scores;
  throw new RangeError(`${name} scored row ${bad} of ${file.path} ${scores[bad]}, not in [0, 1]`);
}

/** A file's scores in NAB's exchange form, times and values as they came. */
function resultCsv({ texts, scores }: ScoredNabFile): string {
  const rows = texts.map(([timestamp, value], i) => `${timestamp},${value},${scores[i]}\n`);
  return `timestamp,value,anomaly_score\n${rows.join('')}`;
}

/**
 * Writes a file, its folder too where it is not there yet.
 *
 * @param option - the option that named it
 * @throws {DomainError} `CONFIG_INVALID`
 */
export function writeText(path: string, text: string, option: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    const { message } = foreignError(error);
    throw new DomainError('CONFIG_INVALID', `cannot write ${path}: ${message}`, { option }, error);
  }
}
