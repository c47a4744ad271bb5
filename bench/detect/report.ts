import { DAY } from '#core/time.ts';
import type { NabCorpus, NabFile } from './nab-data.ts';
import { probationRows } from './nab-gains.ts';
import {
  bestThresholds,
  type FileOutcome,
  healthyRows,
  PROFILES,
  type Profile,
  type ScoredFile,
  scoreAt,
} from './nab-score.ts';
import { PUBLISHED } from './published.ts';
import type { DetectionReport, DetectorReport, OutcomeReport } from './report-schema.ts';

/** A file of the corpus with what one detector said of it. */
export interface ScoredNabFile extends NabFile, ScoredFile {}

/** What one detector said of the whole corpus. */
export interface DetectorRun {
  readonly name: string;
  readonly origin: DetectorReport['origin'];
  readonly files: readonly ScoredNabFile[];
}

const TEN_DAYS = 10 * DAY;
/** Ten days of 5-minute rows. */
const TEN_DAYS_OF_ROWS = 2_880;

/** Scores what the detectors said of a corpus, at their best thresholds and at a given one. */
export function makeReport(
  corpus: NabCorpus,
  detectors: readonly DetectorRun[],
  threshold: number,
): DetectionReport {
  return {
    kind: 'detection-benchmark',
    version: 1,
    data: {
      name: corpus.name,
      windows: corpus.files.reduce((sum, { windows }) => sum + windows.length, 0),
      files: corpus.files.map((file) => ({
        path: file.path,
        rows: file.rows,
        probation_rows: probationRows(file.rows),
        windows: file.windows.length,
        healthy_rows: healthyRows(file),
        step_seconds: file.step / 1_000,
      })),
      absent: [...corpus.absent],
    },
    settings: { threshold },
    profiles: PROFILES.map((profile) => ({
      name: profile.name,
      true_positive: profile.truePositive,
      false_negative: profile.falseNegative,
      false_positive: profile.falsePositive,
    })),
    detectors: detectors.map((detector) => detectorReport(detector, threshold)),
    published: PUBLISHED.map(
      ({ name, files, standard, rewardLowFp, rewardLowFn, isToldRange }) => ({
        name,
        files,
        standard,
        reward_low_FP: rewardLowFp,
        reward_low_FN: rewardLowFn,
        told_range: isToldRange,
      }),
    ),
  };
}

function detectorReport({ name, origin, files }: DetectorRun, threshold: number): DetectorReport {
  const fixed = PROFILES.map((profile) => outcomeReport(files, profile, threshold));
  return {
    name,
    origin,
    optimised: bestThresholds(files, PROFILES).map((best) =>
      outcomeReport(files, best.profile, best.threshold),
    ),
    fixed,
    // Alarms do not depend on the profile.
    false_alarms: falseAlarmRates(files, fixed[0]?.false_alarm_rows ?? 0),
  };
}

function falseAlarmRates(
  files: readonly NabFile[],
  alarmRows: number,
): DetectorReport['false_alarms'] {
  const rows = files.reduce((sum, file) => sum + healthyRows(file), 0);
  // Each row stands for one step: the gaps between rows hold no alarms.
  const time = files.reduce((sum, file) => sum + healthyRows(file) * file.step, 0);
  return {
    per_metric_in_ten_days: time > 0 ? (alarmRows * TEN_DAYS) / time : null,
    per_metric_in_2880_rows: rows > 0 ? (alarmRows * TEN_DAYS_OF_ROWS) / rows : null,
  };
}

function outcomeReport(
  files: readonly ScoredNabFile[],
  profile: Profile,
  threshold: number,
): OutcomeReport {
  const { score, files: outcomes } = scoreAt(files, threshold, profile);
  const named = files.flatMap(({ path }, i) => {
    const outcome = outcomes[i];
    return outcome ? [{ path, category: categoryOf(path), outcome }] : [];
  });
  const categories = [...new Set(named.map(({ category }) => category))];
  const { windows_found, false_alarm_rows } = tally(outcomes);
  return {
    profile: profile.name,
    threshold,
    score,
    windows_found,
    false_alarm_rows,
    categories: categories.map((category) => {
      const own = named.filter((each) => each.category === category);
      return { category, files: own.length, ...tally(own.map(({ outcome }) => outcome)) };
    }),
    files: named.map(({ path, outcome }) => ({ path, ...tally([outcome]) })),
  };
}

/** The folder of a file, as NAB groups them. */
function categoryOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

function tally(outcomes: readonly FileOutcome[]) {
  const sum = (of: (outcome: FileOutcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  return {
    windows: sum(({ windows }) => windows),
    windows_found: sum(({ found }) => found),
    false_alarm_rows: sum(({ alarmRows }) => alarmRows),
    points: sum(({ points }) => points),
  };
}
