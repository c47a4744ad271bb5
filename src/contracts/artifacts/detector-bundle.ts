import * as z from 'zod';
import { ReconstructionStateSchema } from '#core/detect/reconstruction.ts';
import { ResidualStateSchema } from '#core/detect/residual-state.ts';
import { ServiceStateSchema } from '#core/detect/service.ts';

/** The detectors that training fits; the streaming one learns while it scores. */
export const DETECTORS = ['residual', 'reconstruction', 'service'] as const;
export const DetectorNameSchema = z.enum(DETECTORS);
export type DetectorName = z.infer<typeof DetectorNameSchema>;

/** What a detector was fitted on. Each has its own, since one may be older than the others. */
export const DetectorProvenanceSchema = z.strictObject({
  /** First and last time of the frame in ms since the epoch, and its rows. */
  training: z.strictObject({ from: z.number(), to: z.number(), steps: z.number().int() }),
  /** The metrics of that frame, sorted. */
  metrics: z.array(z.string()),
  data_sha256: z.string(),
  code_version: z.string(),
  /** What random numbers were drawn from. */
  seed: z.number().int(),
});
export type DetectorProvenance = z.infer<typeof DetectorProvenanceSchema>;

/** A detector that is not there, and why. */
export const MissingDetectorSchema = z.strictObject({
  detector: DetectorNameSchema,
  code: z.string(),
  message: z.string(),
});
export type MissingDetector = z.infer<typeof MissingDetectorSchema>;

function fitted<S extends z.ZodType>(state: S) {
  return z.strictObject({ state, provenance: DetectorProvenanceSchema }).nullable();
}

/**
 * Everything that tells what is unusual of one workload: data only, loading it runs no code.
 * Immutable and named by its SHA-256; the same data give the same bundle. A detector is null when
 * `left_out` says why.
 */
export const DetectorBundleSchema = z.strictObject({
  kind: z.literal('detector-bundle'),
  version: z.literal(1),
  workload: z.string(),
  step_ms: z.number().int().positive(),
  residual: fitted(ResidualStateSchema),
  reconstruction: fitted(ReconstructionStateSchema),
  service: fitted(ServiceStateSchema),
  left_out: z.array(MissingDetectorSchema),
});
export type DetectorBundle = z.infer<typeof DetectorBundleSchema>;
