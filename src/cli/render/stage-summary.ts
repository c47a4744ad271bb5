import * as z from 'zod';
import type { StageName } from '#contracts/http/train.ts';
import { counted, formatCount, formatShare } from '#core/units.ts';
import { formatStep } from './time.ts';

/** The pipeline's stages under the names the field gives them. */
export const STAGE_TITLES: Readonly<Record<StageName, string>> = {
  validate: 'Data validation',
  engineer: 'Feature engineering',
  'fit-statistical': 'Model training',
  'fit-boosting': 'Model training (boosted trees)',
  'fit-recurrent': 'Model training (recurrent)',
  'fit-detectors': 'Model training (anomaly detectors)',
  evaluate: 'Model evaluation',
  register: 'Model registration',
};

type Summary = Readonly<Record<string, unknown>>;

/**
 * What a stage found, on one line. A summary is an open record, so each stage reads the parts it
 * knows; of one it does not know the numbers are listed as they are.
 */
export function stageSummary(stage: StageName, summary: Summary): string {
  return STAGE_SUMMARIES[stage](summary) ?? listed(summary);
}

const ValidatedSchema = z.looseObject({
  shape: z.tuple([z.number(), z.number()]),
  step_seconds: z.number(),
  quality: z.record(z.string(), z.looseObject({ completeness: z.number(), gaps: z.number() })),
});
const EngineeredSchema = perMetric({ steps: z.number(), seasons: z.array(z.string()) });
const FittedSchema = perMetric({ members: z.array(z.string()) });
/** A training that outlasts one function says which metric it is at. */
const UnderWaySchema = z.looseObject({ under_way: z.string() });
const DetectorSchema = z.looseObject({
  outcome: z.enum(['fitted', 'kept', 'left_out']),
  metrics: z.array(z.string()).default([]),
  held_out: z.number().optional(),
  /** Metrics that are not predicted, and those that are not predicted from one that is the same. */
  skipped: z.array(z.looseObject({ metric: z.string(), reason: z.string() })).default([]),
  copies: z.array(z.looseObject({ metric: z.string(), of: z.array(z.string()) })).default([]),
  /** The metrics that a detector does not look at. */
  left_out: z.array(z.string()).default([]),
  /** Of one that is kept: until when it has learned. */
  since: z.string().optional(),
});
const DetectorsSchema = z.looseObject({ detectors: z.record(z.string(), DetectorSchema) });
const UnchangedSchema = z.looseObject({ unchanged: z.string() });
const EvaluatedSchema = perMetric({ origins: z.number() });
const RegisteredSchema = perMetric({
  action: z.string(),
  tracking_error: z.string().optional(),
});

function perMetric<T extends z.ZodRawShape>(shape: T) {
  return z.looseObject({ metrics: z.record(z.string(), z.looseObject(shape)) });
}

const NOTHING_TO_FIT = 'nothing to fit';
const namesOfMembers = grouped(FittedSchema, ({ members }) =>
  members.length === 0 ? NOTHING_TO_FIT : members.join(', '),
);
const fittedMembers = (summary: Summary) =>
  namesOfMembers(summary) === '' ? NOTHING_TO_FIT : namesOfMembers(summary);

const STAGE_SUMMARIES: Readonly<Record<StageName, (summary: Summary) => string | undefined>> = {
  validate(summary) {
    const read = ValidatedSchema.safeParse(summary);
    if (!read.success) return undefined;
    const { shape, step_seconds, quality } = read.data;
    const each = Object.values(quality);
    const worst = each.reduce((least, { completeness }) => Math.min(least, completeness), 1);
    const gaps = each.reduce((sum, metric) => sum + metric.gaps, 0);
    const [steps, metrics] = shape;
    return `${formatCount(steps)} steps of ${formatStep(step_seconds)}, ${counted(metrics, 'metric')}, ${counted(gaps, 'gap')}, at least ${formatShare(worst)} complete`;
  },
  engineer: grouped(EngineeredSchema, ({ steps, seasons }) => {
    const found = seasons.length === 0 ? 'no season yet' : `seasons ${seasons.join(', ')}`;
    return `${formatCount(steps)} steps, ${found}`;
  }),
  'fit-statistical': fittedMembers,
  'fit-boosting': fittedMembers,
  'fit-recurrent': (summary) => {
    const read = UnderWaySchema.safeParse(summary);
    return read.success ? `under way: ${read.data.under_way}` : fittedMembers(summary);
  },
  'fit-detectors'(summary) {
    const unchanged = UnchangedSchema.safeParse(summary);
    if (unchanged.success) return unchanged.data.unchanged;
    const read = DetectorsSchema.safeParse(summary);
    if (!read.success) return undefined;
    return Object.entries(read.data.detectors)
      .map(([name, detector]) => `${name} ${detectorText(detector)}`)
      .join('; ');
  },
  evaluate: grouped(EvaluatedSchema, ({ origins }) => `${formatCount(origins)} forecast origins`),
  register: grouped(RegisteredSchema, ({ action, tracking_error }) => {
    const decision = action === 'promote' ? 'promoted' : 'not promoted';
    return tracking_error === undefined ? decision : `${decision}, not tracked: ${tracking_error}`;
  }),
};

function detectorText(detector: z.infer<typeof DetectorSchema>): string {
  const { outcome, metrics, held_out, skipped, copies, left_out, since } = detector;
  if (outcome === 'left_out') return 'left out';
  if (outcome === 'kept') return `kept, of ${since?.slice(0, 10) ?? 'before'}`;
  const asides = [
    ...skipped.map(({ metric, reason }) => `${metric} ${reason.replaceAll('_', ' ')}`),
    ...left_out.map((metric) => `${metric} left out`),
    ...copies.map(({ metric, of }) => `${metric} not from ${of.join(', ')}`),
  ];
  return [
    counted(metrics.length, 'metric'),
    ...(held_out === undefined ? [] : [` by ${formatCount(held_out)} held-out cases`]),
    ...(asides.length === 0 ? [] : [` (${asides.join(', ')})`]),
  ].join('');
}

/** Metrics of which the same can be said are said together. */
function grouped<T>(
  schema: z.ZodType<{ metrics: Record<string, T> }>,
  describe: (metric: T) => string,
): (summary: Summary) => string | undefined {
  return (summary) => {
    const read = schema.safeParse(summary);
    if (!read.success) return undefined;
    const metrics = new Map<string, string[]>();
    for (const [name, metric] of Object.entries(read.data.metrics)) {
      const text = describe(metric);
      metrics.set(text, [...(metrics.get(text) ?? []), name]);
    }
    if (metrics.size === 1) return [...metrics.keys()].join('');
    return [...metrics].map(([text, names]) => `${names.join(', ')}: ${text}`).join('; ');
  };
}

const LONGEST = 160;

function listed(summary: Summary): string {
  const text = Object.entries(summary)
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${valueText(value)}`)
    .join(', ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '?');
}
