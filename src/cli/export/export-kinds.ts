import type { FeatureSet } from '#core/features/feature-set.ts';
import type { FromNow, WorkloadFlags } from '../command-context.ts';

export const EXPORT_KINDS = ['series', 'features', 'forecasts', 'recommendations'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];
export const EXPORT_FORMATS = ['csv', 'jsonl', 'mora', 'data-summary', 'metrics'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The options of `helios export`. */
export interface ExportFlags extends WorkloadFlags {
  readonly format: ExportFormat;
  readonly file?: string;
  readonly metrics?: readonly string[];
  readonly from?: FromNow;
  readonly to?: FromNow;
  /** The length of the range instead of its beginning. */
  readonly seconds?: number;
  readonly featureSet: FeatureSet;
  readonly source?: string;
  readonly config?: string;
  readonly url?: string;
  readonly step?: number;
}
