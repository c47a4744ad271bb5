import { describe, expect, it } from '@jest/globals';
import { arima } from '#core/forecast/arima.ts';
import { differencesNeeded } from '#core/forecast/arima-order.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const COUNT = 1500;

/** An estimate further off than this is one in 370, if the standard error is right. */
const STANDARD_ERRORS = 3;

/**
 * Asymptotic standard errors times √n (Box & Jenkins, "Time Series Analysis", section 7.2.6):
 * √(1 - φ²) for an AR(1), √(1 - θ²) for an MA(1), √(1 - φ₂²) for both coefficients of an AR(2), and
 * for an ARMA(1,1) √(1 - φ²) and √(1 - θ²), each times |1 + φθ| / |φ + θ|.
 */
const PROCESSES = [
  { name: 'AR(1)', ar: [0.7], ma: [], errors: [Math.sqrt(1 - 0.49)] },
  { name: 'MA(1)', ar: [], ma: [-0.6], errors: [Math.sqrt(1 - 0.36)] },
  {
    name: 'AR(2) that swings',
    ar: [1.2, -0.6],
    ma: [],
    errors: [Math.sqrt(1 - 0.36), Math.sqrt(1 - 0.36)],
  },
  {
    name: 'ARMA(1,1)',
    ar: [0.8],
    ma: [0.4],
    errors: [(Math.sqrt(1 - 0.64) * 1.32) / 1.2, (Math.sqrt(1 - 0.16) * 1.32) / 1.2],
  },
] as const;

describe.each(PROCESSES)('arima on a simulated $name', ({ name, ar, ma, errors }) => {
  const steady = simulated(ar, ma, name);
  const level = steady.map((value) => 500 + 20 * value);
  let sum = 0;
  const wandering = steady.map((value) => {
    sum += value;
    return sum;
  });

  it.each([
    ['as it is', level, 0],
    ['summed up', wandering, 1],
  ] as const)('finds the coefficients that made it, %s', async (_, values, d) => {
    const fitted = await arima({ order: [ar.length, d, ma.length] }).fit(historyOf(values));
    const state = fitted.toState();
    const truth = [...ar, ...ma];
    [...state.ar, ...state.ma].forEach((value, i) => {
      const standardError = errors[i]! / Math.sqrt(COUNT);
      expect(Math.abs(value - truth[i]!) / standardError).toBeLessThan(STANDARD_ERRORS);
    });
    if (d === 0) {
      // The mean of n values has the standard error σ |1 + Σθ| / |1 - Σφ| / √n.
      const gain = (1 + total(ma)) / (1 - total(ar));
      const standardError = (20 * Math.abs(gain)) / Math.sqrt(COUNT);
      expect(Math.abs(state.mean - 500) / standardError).toBeLessThan(STANDARD_ERRORS);
    }
  });

  it('sees whether to difference', () => {
    expect(differencesNeeded(Float64Array.from(level))).toBe(0);
    expect(differencesNeeded(Float64Array.from(wandering))).toBe(1);
  });
});

/** Values of an ARMA process with standard normal errors, its start left out. */
function simulated(ar: readonly number[], ma: readonly number[], stream: string): number[] {
  const random = seededRandom(20240131, stream);
  const warmUp = 200;
  const values: number[] = [];
  const errors: number[] = [];
  for (let t = 0; t < warmUp + COUNT; t++) {
    const error = normal(random);
    let value = error;
    ar.forEach((by, i) => {
      value += by * (values[t - 1 - i] ?? 0);
    });
    ma.forEach((by, j) => {
      value += by * (errors[t - 1 - j] ?? 0);
    });
    values.push(value);
    errors.push(error);
  }
  return values.slice(warmUp);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
