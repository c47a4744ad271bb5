import type { GateComparison } from '#contracts/artifacts/stage-outputs.ts';
import type { Reason } from '#contracts/http/common.ts';

/** Fewer forecasts than this prove nothing either way. */
const MIN_CASES = 30;

/** What to do with the champion after a training. */
export interface PromotionDecision {
  /** `promote`: the new version serves. `keep`: as before. `demote`: naive serves, nothing wins. */
  readonly action: 'promote' | 'keep' | 'demote';
  readonly reason: Reason;
}

/**
 * Decides whether a new version may serve. It must beat naive, seasonal naive and the incumbent by
 * `minimumImprovement`, each on the same forecasts of the backtest. When it does not even beat the
 * naive ones, an incumbent that the same backtest shows to be no better than it falls with it.
 */
export function decidePromotion(
  gate: readonly GateComparison[],
  minimumImprovement: number,
): PromotionDecision {
  const lost = gate.find((each) => !hasWon(each, minimumImprovement));
  if (!lost) {
    return {
      action: 'promote',
      reason: reason('WON', gate, minimumImprovement, 'better than all'),
    };
  }
  const incumbent = gate.find(({ against }) => against === 'incumbent');
  if (lost.against === 'incumbent' && incumbent) {
    const because = incumbent.cases < MIN_CASES ? 'not compared on enough forecasts yet' : 'kept';
    return { action: 'keep', reason: reason('INCUMBENT_KEPT', gate, minimumImprovement, because) };
  }
  // At least as good as an incumbent and still no better than naive: neither deserves to serve.
  const incumbentIsWorse =
    incumbent !== undefined && incumbent.cases >= MIN_CASES && (incumbent.skill ?? -1) >= 0;
  return {
    action: incumbentIsWorse ? 'demote' : 'keep',
    reason: reason('NOT_BETTER', gate, minimumImprovement, `no better than ${lost.against}`),
  };
}

function hasWon(comparison: GateComparison, minimumImprovement: number): boolean {
  return (
    comparison.skill !== null &&
    comparison.cases >= MIN_CASES &&
    comparison.skill >= minimumImprovement
  );
}

function reason(
  code: string,
  gate: readonly GateComparison[],
  required: number,
  summary: string,
): Reason {
  const skills = gate.map(({ against, skill, cases }) =>
    skill === null
      ? `${against}: not comparable`
      : `${against}: ${percent(skill)} on ${cases} forecasts`,
  );
  return {
    code,
    message: `${summary} (error lower than that of ${skills.join('; ')}; ${percent(required)} needed)`,
    details: { gate: [...gate], required },
  };
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
