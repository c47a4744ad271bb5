import { type LabelledRows, OUTSIDE, probationRows, rowGains } from './nab-gains.ts';

/** What NAB gives for a found window and takes for a missed one and for an alarm outside. */
export interface Profile {
  readonly name: string;
  readonly truePositive: number;
  readonly falseNegative: number;
  readonly falsePositive: number;
}

/** NAB's three profiles. */
export const PROFILES: readonly Profile[] = [
  { name: 'standard', truePositive: 1, falseNegative: 1, falsePositive: 0.11 },
  { name: 'reward_low_FP', truePositive: 1, falseNegative: 1, falsePositive: 0.22 },
  { name: 'reward_low_FN', truePositive: 1, falseNegative: 2, falsePositive: 0.11 },
];

/** A file with its labels and a detector's score at every row, higher for more anomalous. */
export interface ScoredFile extends LabelledRows {
  readonly scores: Float64Array;
}

/** How alarms of one file came out. Probation rows are in none of these. */
export interface FileOutcome {
  /** Labelled windows. */
  readonly windows: number;
  /** Windows with an alarm inside. */
  readonly found: number;
  /** Alarmed rows outside all windows. */
  readonly alarmRows: number;
  /** Share of the file in the score of the corpus, in points of it: they sum to the score. */
  readonly points: number;
}

/** How alarms of a whole corpus came out under one profile. */
export interface Outcome {
  /** 100 finds every window at its first row without an alarm outside; 0 never alarms. */
  readonly score: number;
  readonly files: readonly FileOutcome[];
}

/**
 * Scores the alarms `score ≥ threshold`: each window gives tp × the highest gain of its alarmed rows,
 * or −fn without one, each alarmed row outside gives fp × its gain; normalised to
 * 100·(total + fn·W)/(W·(tp + fn)) over the W windows of the corpus.
 *
 * @throws {RangeError} when no file has a window
 */
export function scoreAt(
  files: readonly ScoredFile[],
  threshold: number,
  profile: Profile,
): Outcome {
  const scale = 100 / (windowsOf(files) * (profile.truePositive + profile.falseNegative));
  const outcomes = files.map((file) => outcomeOf(file, threshold, profile, scale));
  return {
    score: outcomes.reduce((sum, { points }) => sum + points, 0),
    files: outcomes,
  };
}

function outcomeOf(
  file: ScoredFile,
  threshold: number,
  profile: Profile,
  scale: number,
): FileOutcome {
  const { gain, window } = rowGains(file);
  const best = new Float64Array(file.windows.length);
  let alarmRows = 0;
  let outside = 0;
  for (let i = probationRows(file.rows); i < file.rows; i++) {
    if (!(file.scores[i]! >= threshold)) continue;
    const place = window[i]!;
    if (place === OUTSIDE) {
      alarmRows++;
      outside += gain[i]!;
    } else best[place] = Math.max(best[place]!, gain[i]!);
  }
  // A gain inside a window is above 0, so 0 stands for no alarm.
  const gains = best.filter((highest) => highest > 0);
  const inside = gains.reduce((sum, highest) => sum + highest, 0);
  const { truePositive, falseNegative, falsePositive } = profile;
  // total + fn·W, in which the −fn of the missed windows cancel.
  const above = truePositive * inside + falseNegative * gains.length + falsePositive * outside;
  return {
    windows: file.windows.length,
    found: gains.length,
    alarmRows,
    points: above * scale,
  };
}

/** A threshold that is the best for a profile. */
export interface ProfileThreshold {
  readonly profile: Profile;
  readonly threshold: number;
}

/**
 * The threshold of each profile with the highest total over all files, among the distinct scores of
 * the scored rows; the highest of equals. To alarm never is not among them, so a detector of one
 * score for all is judged as alarming always.
 *
 * One pass over the rows in the order of their scores: O(N log N).
 *
 * @throws {RangeError} when no file has a window, or no row is scored
 */
export function bestThresholds(
  files: readonly ScoredFile[],
  profiles: readonly Profile[],
): readonly ProfileThreshold[] {
  const windows = windowsOf(files);
  const { scores, gain, window } = scoredRows(files);
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  if (order.length === 0) throw new RangeError('no row is scored');
  const bests = profiles.map((profile) => ({ profile, total: -Infinity, threshold: Number.NaN }));
  const highest = new Float64Array(windows);
  let inside = 0;
  let found = 0;
  let outside = 0;
  for (let k = 0; k < order.length; k++) {
    const row = order[k]!;
    const place = window[row]!;
    if (place === OUTSIDE) outside += gain[row]!;
    else if (gain[row]! > highest[place]!) {
      if (highest[place] === 0) found++;
      inside += gain[row]! - highest[place]!;
      highest[place] = gain[row]!;
    }
    const threshold = scores[row]!;
    if (k + 1 < order.length && scores[order[k + 1]!] === threshold) continue;
    for (const best of bests) {
      const { truePositive, falseNegative, falsePositive } = best.profile;
      const total =
        truePositive * inside - falseNegative * (windows - found) + falsePositive * outside;
      if (total > best.total) Object.assign(best, { total, threshold });
    }
  }
  return bests.map(({ profile, threshold }) => ({ profile, threshold }));
}

/** The scored rows of all files in one, their windows numbered through. */
function scoredRows(files: readonly ScoredFile[]): {
  readonly scores: Float64Array;
  readonly gain: Float64Array;
  readonly window: Int32Array;
} {
  const total = files.reduce((sum, { rows }) => sum + rows - probationRows(rows), 0);
  const scores = new Float64Array(total);
  const gain = new Float64Array(total);
  const window = new Int32Array(total);
  let at = 0;
  let windowsBefore = 0;
  for (const file of files) {
    const from = probationRows(file.rows);
    const own = rowGains(file);
    scores.set(file.scores.subarray(from, file.rows), at);
    gain.set(own.gain.subarray(from), at);
    window.set(
      own.window
        .subarray(from)
        .map((place) => (place === OUTSIDE ? OUTSIDE : place + windowsBefore)),
      at,
    );
    at += file.rows - from;
    windowsBefore += file.windows.length;
  }
  return { scores, gain, window };
}

function windowsOf(files: readonly LabelledRows[]): number {
  const windows = files.reduce((sum, file) => sum + file.windows.length, 0);
  if (windows === 0) throw new RangeError('without a labelled window there is no score');
  return windows;
}

/** Scored rows of a file outside all windows: alarms there are false. */
export function healthyRows(file: LabelledRows): number {
  const from = probationRows(file.rows);
  return file.windows.reduce(
    (count, { first, last }) => count - Math.max(0, last - Math.max(first, from) + 1),
    file.rows - from,
  );
}
