import { type BacktestResult, candidateOf } from '../evaluate/backtest.ts';
import type { BlendSpec } from '../forecast/blend-spec.ts';
import { errorWeight, MIN_ORIGINS } from './error-weight.ts';

type FusionSpec = Extract<BlendSpec, { kind: 'fusion' }>;

/** What a fusion starts with: the weights of the MOrA documents. */
export const FUSION_WEIGHTS: Readonly<Record<string, number>> = { prophet: 0.4, lstm: 0.6 };

/** A member whose error is this many times naive's is not of the series' scale. */
const OFF_SCALE = 10;

export interface LearntFusion {
  readonly spec: FusionSpec;
  /** Its own errors with the weights known at each origin; as a candidate's. */
  readonly errors: Float64Array;
}

/**
 * The weights of the fusion: the given ones until 20 origins have come to pass, then `r^-4` with `r`
 * a member's mean absolute error over naive's on the same forecasts. A member whose error is ten times
 * naive's is refused and named; the weights of the others are then shared out anew.
 *
 * The errors returned use at each origin only what had come to pass by then.
 *
 * @returns null when no member is measured or all are refused
 */
export function learnFusion(
  result: BacktestResult,
  startWeights: Readonly<Record<string, number>> = FUSION_WEIGHTS,
): LearntFusion | null {
  const names = Object.keys(startWeights).filter((name) =>
    result.candidates.some((candidate) => candidate.name === name),
  );
  if (names.length === 0) return null;
  const errors = new Float64Array(result.actuals.length).fill(Number.NaN);
  const { origins, horizon } = result;
  let resolved = 0;
  const sums = new RelativeErrors(result, names);
  for (let row = 0; row < origins.length; row++) {
    while (origins[resolved]! + horizon <= origins[row]!) sums.take(resolved++);
    const { members } = sums.weigh(startWeights, resolved);
    for (let cell = row * horizon; cell < (row + 1) * horizon; cell++) {
      errors[cell] = members.reduce(
        (sum, { name, weight }) => sum + weight * sums.errorOf(name, cell),
        members.length === 0 ? Number.NaN : 0,
      );
    }
  }
  while (resolved < origins.length) sums.take(resolved++);
  const spec = { kind: 'fusion' as const, ...sums.weigh(startWeights, resolved) };
  return spec.members.length === 0 ? null : { spec, errors };
}

/** Mean absolute errors of the members and of naive, taken up origin by origin. */
class RelativeErrors {
  readonly #result: BacktestResult;
  readonly #errors: ReadonlyMap<string, Float64Array>;
  readonly #naive: Float64Array;
  readonly #own = new Map<string, number>();
  readonly #reference = new Map<string, number>();

  constructor(result: BacktestResult, names: readonly string[]) {
    this.#result = result;
    this.#errors = new Map(names.map((name) => [name, candidateOf(result, name).errors]));
    this.#naive = candidateOf(result, 'naive').errors;
  }

  errorOf(name: string, cell: number): number {
    return this.#errors.get(name)![cell]!;
  }

  take(row: number): void {
    const { horizon } = this.#result;
    for (const [name, errors] of this.#errors) {
      let own = this.#own.get(name) ?? 0;
      let reference = this.#reference.get(name) ?? 0;
      for (let cell = row * horizon; cell < (row + 1) * horizon; cell++) {
        const cells = Math.abs(errors[cell]!) + Math.abs(this.#naive[cell]!);
        if (Number.isNaN(cells)) continue;
        own += Math.abs(errors[cell]!);
        reference += Math.abs(this.#naive[cell]!);
      }
      this.#own.set(name, own);
      this.#reference.set(name, reference);
    }
  }

  weigh(
    startWeights: Readonly<Record<string, number>>,
    resolved: number,
  ): Omit<FusionSpec, 'kind'> {
    const refused: { name: string; reason: string }[] = [];
    const kept: { name: string; weight: number }[] = [];
    const evidence = resolved >= MIN_ORIGINS ? resolved : 0;
    for (const name of this.#errors.keys()) {
      const relative = this.#relative(name);
      if (relative >= OFF_SCALE) {
        const times = relative.toPrecision(2);
        refused.push({
          name,
          reason: `its error is ${times} times that of repeating the last value`,
        });
      } else {
        const learnt = errorWeight(relative);
        kept.push({ name, weight: evidence > 0 ? learnt : startWeights[name]! });
      }
    }
    const total = kept.reduce((sum, { weight }) => sum + weight, 0);
    return {
      members: kept.map(({ name, weight }) => ({ name, weight: weight / total })),
      evidence,
      refused,
    };
  }

  /** A member's error over naive's; 1 while nothing is known. */
  #relative(name: string): number {
    const own = this.#own.get(name) ?? 0;
    const reference = this.#reference.get(name) ?? 0;
    if (reference === 0) return own === 0 ? 1 : Infinity;
    return own / reference;
  }
}
