import { benchDetect } from './detect/command.ts';

/**
 * `npm run bench:detect -- --data DIR [--out DIR] [--json FILE] [--threshold 0.03]`
 *
 * The detection benchmark. DIR has the form of the Numenta Anomaly Benchmark: `data/<category>/<file>.csv`
 * of columns `timestamp,value`, and `windows.json`, the labelled windows of each file.
 *
 * - Detectors see the rows of a file one after the other and nothing in advance: neither the range of
 *   its values nor its labels.
 * - The first min(⌊0.15·n⌋, 750) rows of a file are not scored. A window gives the gain of its best
 *   alarm, 1 at its first row and less the later, or costs a miss; an alarm outside costs up to a
 *   share of that, less right behind a window.
 * - The score is 100 for every window found at its first row without a false alarm, 0 for no alarm at
 *   all, and may be negative. Profiles weigh misses and false alarms: standard, reward_low_FP,
 *   reward_low_FN.
 * - One threshold counts for the whole corpus and profile: the score with the highest total on these
 *   very files, as in all published figures; and beside it a fixed one, which is known in advance.
 * - Healthy rows lie outside all windows and behind the probation. A row stands for the median step of
 *   its file, so that gaps in the data are not healthy time.
 * - `--out` has a folder a detector, with files of the same relative paths and columns
 *   `timestamp,value,anomaly_score`, for other scorers.
 */
process.exitCode = await benchDetect(process.argv.slice(2), process);
