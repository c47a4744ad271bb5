import { benchForecast } from './forecast/command.ts';

/**
 * `npm run bench:forecast -- --data DIR [--models a,b] [--out DIR] [--compare FILE.csv…] [--json FILE]
 * [--slow-only] [--workers N] [--seed N] [--model-age HOURS] [--reference MODEL]`
 *
 * The forecasting benchmark. DIR holds series on a 5-minute grid (the short track: 288 steps ahead) or
 * an hourly one (the long track: up to 720), a file `<series>.csv` of `timestamp,value,filled` each,
 * and `cutoffs.csv` of `series,k,cutoff,idx,slow,hmax`.
 *
 * - Every forecast is made as it would be in service: the whole line-up is trained by the product's
 *   own function (fits, rolling backtest, blends, calibration) on what was known at the last midnight
 *   UTC before the cutoff, moved forward by `update`, and asked for points and quantiles. Nothing
 *   after the cutoff can be seen. The pooled XGBoost is learned from the series of *other* systems
 *   (names up to `__`), one pool a system, whatever their years.
 * - Interpolated values (`filled` 1) are history but never scored; forecasts below 0 count as 0.
 * - rMAE is the geometric mean over series of (MAE + f) / (naive's MAE + f), f = 0.1 × the mean
 *   |one-step move| up to the first cutoff, cutoffs pooled. A bucket holds the steps up to its name,
 *   from the one before. `≤1h` is the geometric mean of its buckets, `≤1h pooled` has the cells of
 *   the first hour pooled; `all` is the geometric mean of all bucket columns, `pooled` has all cells
 *   pooled. rCRPS is the same with the mean pinball loss at 0.1, 0.5 (the point) and 0.9.
 * - Without `--models` everything runs that the product trains unasked. `lstm` and `fusion` (minutes a
 *   fit) run at the cutoffs marked slow alone; with `--slow-only` they are part of the one line-up, and
 *   `auto` may let them in. A model that lacks cells is scored on those it has, against naive on the
 *   same ones.
 * - The answer depends on data, options and seed, not on the number of threads; times excepted.
 */
process.exitCode = await benchForecast(process.argv.slice(2), process);
