import * as z from 'zod';

const Count = z.int().nonnegative();

/** How alarms of some files came out; rows of the probation are in no count. */
const Tally = {
  windows: Count,
  /** Windows with an alarm inside. */
  windows_found: Count,
  /** Alarmed rows outside all windows. */
  false_alarm_rows: Count,
  /** Share of these files in the score, in points of it: they sum to the score. */
  points: z.number(),
};

/** A detector under one profile at one threshold for all files. */
export const OutcomeSchema = z.strictObject({
  profile: z.string(),
  /** Rows with a score of this or more alarm. */
  threshold: z.number(),
  /** 100 finds every window at its first row without a false alarm; 0 never alarms. */
  score: z.number(),
  windows_found: Count,
  false_alarm_rows: Count,
  categories: z.array(z.strictObject({ category: z.string(), files: Count, ...Tally })),
  files: z.array(z.strictObject({ path: z.string(), ...Tally })),
});

export const DetectorReportSchema = z.strictObject({
  name: z.string(),
  /** `baseline`: not served by Helios, there to compare with. */
  origin: z.enum(['helios', 'baseline']),
  /** One a profile, at the threshold that is the best for it on these very files. */
  optimised: z.array(OutcomeSchema),
  /** One a profile, at the threshold of `settings`. */
  fixed: z.array(OutcomeSchema),
  /** False alarm rows at that threshold; null where no row is healthy. */
  false_alarms: z.strictObject({
    /** A metric in ten days, all healthy days of all metrics in one. */
    per_metric_in_ten_days: z.number().nullable(),
    /** A metric in 2,880 healthy rows: ten days of 5-minute rows, whatever the step of a file. */
    per_metric_in_2880_rows: z.number().nullable(),
  }),
});

/** What `npm run bench:detect -- --json FILE` writes: everything it prints, and each file. */
export const DetectionReportSchema = z.strictObject({
  kind: z.literal('detection-benchmark'),
  version: z.literal(1),
  data: z.strictObject({
    /** Last name of the folder. */
    name: z.string(),
    windows: Count,
    files: z
      .array(
        z.strictObject({
          path: z.string(),
          rows: Count,
          /** Rows at the beginning that are not scored. */
          probation_rows: Count,
          windows: Count,
          /** Scored rows outside all windows. */
          healthy_rows: Count,
          /** Median seconds between rows. */
          step_seconds: z.number(),
        }),
      )
      .min(1),
    /** Labelled files that the folder does not hold. */
    absent: z.array(z.string()),
  }),
  settings: z.strictObject({ threshold: z.number().min(0).max(1) }),
  profiles: z.array(
    z.strictObject({
      name: z.string(),
      true_positive: z.number(),
      false_negative: z.number(),
      false_positive: z.number(),
    }),
  ),
  detectors: z.array(DetectorReportSchema).min(1),
  /** What others report, at thresholds optimised on the files that they were measured on. */
  published: z.array(
    z.strictObject({
      name: z.string(),
      /** Files of NAB that it was measured on: all 58, or 41 of them. */
      files: z.int(),
      standard: z.number(),
      reward_low_FP: z.number().nullable(),
      reward_low_FN: z.number().nullable(),
      /** Whether it is told each file's minimum and maximum in advance. */
      told_range: z.boolean(),
    }),
  ),
});

export type DetectionReport = z.infer<typeof DetectionReportSchema>;
export type DetectorReport = z.infer<typeof DetectorReportSchema>;
export type OutcomeReport = z.infer<typeof OutcomeSchema>;
