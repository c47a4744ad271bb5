import type * as z from 'zod';
import type { Reason } from '#contracts/http/common.ts';
import type { CoverageSchema, SkillSchema } from '#contracts/http/predict.ts';
import { formatCount, formatShare } from '#core/units.ts';
import { printable } from '../failure.ts';

type Skill = z.infer<typeof SkillSchema>;
type Coverage = z.infer<typeof CoverageSchema>;

/**
 * A skill (1 - error / error of the reference) in words.
 *
 * @example
 * ```ts
 * skillWords(0.234, 'naive'); // => '23.4 % better than naive'
 * skillWords(-0.05, 'naive'); // => '5 % worse than naive'
 * skillWords(-4.5, 'naive'); // => '5.5 times the error of naive'
 * ```
 */
export function skillWords(skill: number, reference: string): string {
  if (Math.abs(skill) < 0.0005) return `as good as ${reference}`;
  if (skill <= -1) return `${Number((1 - skill).toFixed(1))} times the error of ${reference}`;
  return `${formatShare(Math.abs(skill))} ${skill > 0 ? 'better' : 'worse'} than ${reference}`;
}

/** What a model's measured skill says, with the number of cases; `?` where nothing was measured. */
export function skillSentence(skill: Skill | null, reasons: readonly Reason[]): string {
  if (skill === null) return `? ${whyUnknown(reasons, 'no backtest has measured this model yet')}`;
  const parts = [
    ...(skill.vs_seasonal_naive === null
      ? []
      : [skillWords(skill.vs_seasonal_naive, 'same time yesterday')]),
    ...(skill.vs_naive === null ? [] : [skillWords(skill.vs_naive, 'the last value')]),
  ];
  if (parts.length === 0) {
    return `? the backtest could not compare (${formatCount(skill.cases)} forecasts)`;
  }
  return `${parts.join(', ')}, measured on ${formatCount(skill.cases)} forecasts`;
}

/**
 * What share of later values the band has held, over the horizons that `periods` steps touch,
 * weighted by their number of cases.
 */
export function coverageSentence(
  coverage: readonly Coverage[],
  level: number | null,
  periods: number,
  reasons: readonly Reason[],
): string {
  if (level === null)
    return `? ${whyUnknown(reasons, 'no band was asked for, or none can be given')}`;
  const measured = coverage.filter(
    (row) => Math.abs(row.level - level) < 1e-9 && row.from_step <= periods && row.cases > 0,
  );
  let cases = 0;
  let held = 0;
  for (const row of measured) {
    if (row.coverage === null) continue;
    cases += row.cases;
    held += row.coverage * row.cases;
  }
  if (cases === 0) return `? the ${formatShare(level)} band was not measured yet`;
  return `the ${formatShare(level)} band held ${formatShare(held / cases)} of ${formatCount(cases)} later values`;
}

/** The sentences of `reasons`, or `otherwise` when the answer gives none. */
export function whyUnknown(reasons: readonly Reason[], otherwise: string): string {
  return reasons.length === 0
    ? otherwise
    : printable(reasons.map(({ message }) => message).join('; '));
}
