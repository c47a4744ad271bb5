import * as z from 'zod';

/** Ours over theirs, so below 1 is better; null where the peer is not installed or was not asked for. */
const Ratio = z.number().positive().nullable();

/** What `npm run bench:train -- --json FILE` writes. Times are CPU seconds of one training, medians. */
export const TrainReportSchema = z.strictObject({
  lstm: z.strictObject({ time_ratio_pytorch: Ratio, time_ratio_tfjs_wasm: Ratio }),
  prophet: z.strictObject({
    time_ratio_r: Ratio,
    /** Of the inverse densities a value, `exp(-log density / values)`: 1 is as probable as R's. */
    objective_ratio: Ratio,
  }),
  boosting: z.strictObject({
    /** Against one thread. */
    time_ratio_xgboost_hist: Ratio,
    /** Of the mean squared errors of rows that no tree has seen. */
    loss_ratio: Ratio,
  }),
});

export type TrainReport = z.infer<typeof TrainReportSchema>;
