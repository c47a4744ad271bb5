import * as z from 'zod';

/** null: there is no case, or the measure is undefined on all of them. */
const Measure = z.number().nullable();

/** Ratios of mean losses, geometric means over series; below 1 beats the reference. */
export const RatioSchema = z.strictObject({
  /** One a bucket of the report, in their order. */
  buckets: z.array(Measure),
  /** The first hour, on grids finer than that: as the mean of its buckets, and its cells pooled. */
  up_to_1h: z.strictObject({ buckets: Measure, pooled: Measure }).nullable(),
  /** All horizons: the geometric mean of the bucket columns, so that each counts the same. */
  all: Measure,
  /** All horizons, the cells of a series pooled, so that the many far ones decide. */
  pooled: Measure,
});

/** The same ratio against another model, with the interval of a paired bootstrap over series. */
export const ComparisonSchema = z.strictObject({
  against: z.string(),
  /** `all` as in a ratio; `up_to_1h` is its pooled form. */
  scope: z.enum(['all', 'up_to_1h']),
  ratio: z.number(),
  lower: z.number(),
  upper: z.number(),
});

export const ModelReportSchema = z.strictObject({
  name: z.string(),
  /** `file`: forecasts of another program, read from the exchange form. */
  origin: z.enum(['helios', 'file']),
  /** Cells scored. Fewer than the report's: naive is scored on the same ones beside it. */
  cells: z.int().nonnegative(),
  /** Mean absolute error against naive's. */
  rmae: RatioSchema,
  /** Mean pinball loss at 0.1, 0.5 and 0.9 against naive's; null throughout without bands. */
  rcrps: RatioSchema,
  /** Means over series of MASE in units of the move over a step and over a day, and of sMAPE (0..2). */
  mase_step: Measure,
  mase_day: Measure,
  smape: Measure,
  /** Share of series on which it beats naive, cells pooled. */
  won: Measure,
  /** A row a bucket: mean over series of the share of actuals inside the 80 % band. */
  coverage: z.array(
    z.strictObject({
      coverage: Measure,
      /** Mean over series of |coverage − 0.8|. Few cells a series miss by chance alone. */
      miss: Measure,
    }),
  ),
  /** Medians, and their ratios to the report's time reference; null for files and (fit) for blends. */
  time: z.strictObject({
    /** One fit on the whole history. */
    fit_ms: Measure,
    fit_ratio: Measure,
    /** Update to the cutoff and one forecast with three quantiles. */
    predict_ms: Measure,
    predict_ratio: Measure,
  }),
  comparisons: z.array(ComparisonSchema),
  /** Refusals with the number of cutoffs that they cost; the newest message stands for all. */
  failures: z.array(
    z.strictObject({ code: z.string(), message: z.string(), cutoffs: z.int().positive() }),
  ),
});

export const SeriesReportSchema = z.strictObject({
  series: z.string(),
  models: z.array(
    z.strictObject({
      name: z.string(),
      /** Against naive, cells pooled. */
      rmae: Measure,
      /** Error of the path up to so many steps, cutoffs pooled; in the unit of the series, and R². */
      paths: z.array(z.strictObject({ to_step: z.int().positive(), mae: Measure, r2: Measure })),
    }),
  ),
});

/** What `npm run bench:forecast -- --json FILE` writes: everything it prints, and each series. */
export const BenchmarkReportSchema = z.strictObject({
  kind: z.literal('forecast-benchmark'),
  version: z.literal(1),
  data: z.strictObject({
    /** Last name of the folder. */
    name: z.string(),
    track: z.enum(['short', 'long']),
    step_seconds: z.number().positive(),
    series: z.int().positive(),
    cutoffs: z.int().positive(),
    cells: z.int().nonnegative(),
    /** Only the cutoffs marked for slow models were scored. */
    slow_only: z.boolean(),
  }),
  settings: z.strictObject({
    seed: z.int(),
    /** Hours between training and cutoff; null: trained at the last midnight UTC before it. */
    model_age_hours: z.number().nonnegative().nullable(),
    bootstrap_draws: z.int().positive(),
    /** Central share of the draws inside an interval. */
    bootstrap_level: z.number().gt(0).lt(1),
    /** The model whose times are 1. */
    time_reference: z.string(),
  }),
  buckets: z.array(
    z.strictObject({
      from_step: z.int().positive(),
      to_step: z.int().positive(),
      label: z.string(),
    }),
  ),
  /** `naive` first, then as asked for, then files. */
  models: z.array(ModelReportSchema).min(1),
  /** One training of a whole line-up: fits, backtest, blends, calibration. */
  training: z.strictObject({
    trainings: z.int().nonnegative(),
    median_ms: Measure,
    max_ms: Measure,
  }),
  series: z.array(SeriesReportSchema).min(1),
});

export type BenchmarkReport = z.infer<typeof BenchmarkReportSchema>;
export type ModelReport = z.infer<typeof ModelReportSchema>;
export type Ratio = z.infer<typeof RatioSchema>;
export type Comparison = z.infer<typeof ComparisonSchema>;
