import { benchIncidents } from './incidents/command.ts';

/**
 * `npm run bench:incidents -- [--seeds 1-8] [--days 28] [--retrain 1] [--json FILE] [--reconstruction]`
 *
 * The incident benchmark: the simulated web shop, scored as a deployed Helios scores it.
 *
 * - Each seed is a shop with labelled incidents, and the same shop without any. 28 days of history are
 *   there at the start; then it is scored for so many days by the scheduled path, over stores in memory
 *   and with a clock of its own.
 * - Detectors are learned from the last 28 days, at the start and every day (`--retrain`) after, as the nightly
 *   training does. What they learn from holds incidents, too, which nobody marks.
 * - Deployments are known, as an agent or CI tells them. Forecasts are left out.
 * - A labelled incident counts as found when an incident opens between its start and 15 minutes after
 *   its end, or one that is open then has its peak in that time in a metric that the label names. Delay
 *   is from its start to the end of the slot in which it was found.
 * - False incidents a week: those of the healthy shops, over their days.
 */
process.exitCode = await benchIncidents(process.argv.slice(2), process);
