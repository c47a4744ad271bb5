import { bandsOf, type Calibration } from './conformal.ts';
import type { MeasuredCoverage } from './coverage.ts';
import type { GradeEvidence } from './grade.ts';
import type { HorizonBucket } from './horizon-buckets.ts';
import type { BacktestReport } from './report.ts';

/** What became of issued forecasts in one horizon bucket: sums over their steps. */
export interface LiveBucket extends HorizonBucket {
  /** Steps of forecasts whose actual is known. */
  readonly cases: number;
  /** Sum of |actual − forecast|, and of |actual − last value known|, in the unit of the series. */
  readonly error: number;
  readonly naiveError: number;
  /** Cases that had a band, and those of them inside it. */
  readonly banded: number;
  readonly inside: number;
}

/** The measurements that grades are made of. */
export interface Measurements {
  readonly report: BacktestReport;
  /** What serves, among the candidates of the report. */
  readonly member: string;
  readonly coverage: readonly MeasuredCoverage[];
  readonly calibration: Calibration | null;
  /** Level of the band to judge. */
  readonly level: number;
  /** What became of the forecasts issued since the backtest; empty when none was. */
  readonly live?: readonly LiveBucket[];
  readonly hasDrifted?: boolean;
}

/** Evidence of one horizon bucket. */
export interface BucketEvidence extends HorizonBucket {
  readonly evidence: GradeEvidence;
}

type Candidate = BacktestReport['candidates'][number];

/**
 * The evidence of every horizon bucket of a backtest, together with what became of the forecasts
 * issued since: errors and coverage are pooled over both, so that a few forecasts weigh little.
 */
export function gradeEvidence(measured: Measurements): readonly BucketEvidence[] {
  const { report, member } = measured;
  const own = report.candidates.find(({ name }) => name === member);
  const naive = report.candidates.find(({ name }) => name === report.naive);
  const bands = measured.calibration && bandsOf(measured.calibration);
  return (own?.buckets ?? []).map((bucket) => {
    const { fromStep, toStep } = bucket;
    const isSame = (other: HorizonBucket) => other.fromStep === fromStep && other.toStep === toStep;
    const live = measured.live?.find((each) => each.fromStep === fromStep);
    const reference = naive?.buckets.find(isSame);
    const size = meanSize(reference);
    const naiveError = reference?.mae ?? null;
    const tail = (1 - measured.level) / 2;
    const centre = Math.round(Math.sqrt(fromStep * toStep));
    const width =
      bands &&
      bands.quantile(1 - tail, centre, Number.NaN) - bands.quantile(tail, centre, Number.NaN);
    return {
      fromStep,
      toStep,
      evidence: {
        forecasts: (bucket.cases + (live?.cases ?? 0)) / (toStep - fromStep + 1),
        skillVsNaive: pooledSkill(bucket, reference, live),
        skillVsSeasonalNaive: bucket.skillVsSeasonalNaive,
        level: measured.level,
        coverage: pooledCoverage(measured, { fromStep, toStep }, live),
        relativeWidth: width === null ? null : relative(width, size),
        naiveRelativeError: naiveError === null ? null : relative(naiveError, size),
        hasDrifted: measured.hasDrifted ?? false,
      },
    };
  });
}

/** Mean |actual|: wape is the error relative to it. Zero where the metric was zero all along. */
function meanSize(bucket: Candidate['buckets'][number] | undefined): number | null {
  if (!bucket || bucket.mae === null) return null;
  if (bucket.wape === null) return 0;
  // An exact forecast tells nothing of the size, and nothing is relative to it but itself.
  return bucket.wape === 0 ? Infinity : bucket.mae / bucket.wape;
}

function relative(amount: number, size: number | null): number | null {
  if (size === null) return null;
  const share = amount === 0 ? 0 : amount / size;
  return Number.isFinite(share) ? share : null;
}

function pooledSkill(
  own: Candidate['buckets'][number],
  naive: Candidate['buckets'][number] | undefined,
  live: LiveBucket | undefined,
): number | null {
  if (!live || live.cases === 0 || own.mae === null || !naive || naive.mae === null) {
    return own.skillVsNaive;
  }
  const naiveError = naive.mae * own.cases + live.naiveError;
  return naiveError > 0 ? 1 - (own.mae * own.cases + live.error) / naiveError : null;
}

function pooledCoverage(
  { coverage, level }: Measurements,
  { fromStep, toStep }: HorizonBucket,
  live: LiveBucket | undefined,
): number | null {
  const row = coverage.find(
    (each) => each.fromStep === fromStep && each.toStep === toStep && each.level === level,
  );
  const cases = (row?.cases ?? 0) + (live?.banded ?? 0);
  const inside = (row?.coverage ?? 0) * (row?.cases ?? 0) + (live?.inside ?? 0);
  return cases === 0 ? null : inside / cases;
}
