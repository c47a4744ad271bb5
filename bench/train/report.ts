import type { SideMeasure } from './measure.ts';
import { lossRatio, timeRatio } from './ratios.ts';
import type { TrainReport } from './report-schema.ts';
import type { TrainerBench } from './trainer-bench.ts';

/** The measures of the trainers that were asked for. */
export type TrainerMeasures = { readonly [N in TrainerBench['name']]?: readonly SideMeasure[] };

/** The ratios that are promised. */
export function reportOf({ lstm = [], prophet = [], boosting = [] }: TrainerMeasures): TrainReport {
  return {
    lstm: {
      time_ratio_pytorch: timeRatio(lstm, 'pytorch'),
      time_ratio_tfjs_wasm: timeRatio(lstm, 'tfjs-wasm'),
    },
    prophet: {
      time_ratio_r: timeRatio(prophet, 'r'),
      objective_ratio: lossRatio(prophet, 'r'),
    },
    boosting: {
      time_ratio_xgboost_hist: timeRatio(boosting, 'xgboost-hist'),
      loss_ratio: lossRatio(boosting, 'xgboost-hist'),
    },
  };
}
