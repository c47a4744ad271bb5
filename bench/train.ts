import { benchTrain } from './train/command.ts';

/**
 * `npm run bench:train -- [--turns 5] [--only prophet boosting] [--json FILE]`
 *
 * Each trainer beside the programs people would use instead: R's Prophet, Python's XGBoost, PyTorch,
 * where they are installed.
 *
 * - A side is a process of its own. It loads its library and its data, then trains when its turn comes:
 *   ours, each peer's, ours again. The first turn warms up. What else the machine does meets all alike.
 * - Times are CPU seconds of the training alone, as each process measures them itself, on one thread
 *   unless the name says more. Prophet and boosting have other data each turn, the same for all sides.
 * - Losses are of the trained model, computed alike for all sides and not part of the time.
 * - Memory is the resident memory of the process before the first training and its peak.
 */
process.exitCode = await benchTrain(process.argv.slice(2), process);
