import { benchReplay } from './replay/command.ts';

/**
 * `npm run bench:replay -- --data DIR [--only TEXT] [--start-up SECONDS] [--no-sample] [--json FILE]`
 *
 * Replays every series of DIR, and four weeks of the simulated web shop's requests, as the product's
 * `helios replay` does with its defaults: a unit is sized so that the 99 % quantile of the first half
 * needs 20 of them at 70 %, settings are chosen on the first half, policies judged on the second, Helios
 * against tuned target tracking at equal unit-hours ± 1 %. DIR holds a file `<series>.csv` of
 * `timestamp,value,filled` each and `cutoffs.csv`, as for `bench:forecast`; interpolated values are
 * missing here, so that nobody is judged by them.
 */
process.exitCode = await benchReplay(process.argv.slice(2), process);
