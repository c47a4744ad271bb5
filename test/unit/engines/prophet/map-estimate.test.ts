import { describe, expect, it } from '@jest/globals';
import { normal, seededRandom } from '#core/math/random.ts';
import { mapEstimate } from '#engines/prophet/map-estimate.ts';
import type { MapEstimate, MapProblem } from '#engines/prophet/map-problem.ts';
import { stanEstimate } from '#engines/prophet/stan-estimate.ts';
import { discardStan, loadStan } from '#engines/prophet/stan-package.ts';
import { codeOf, rejectionOf } from '#test/helpers/error-code.ts';

const COUNT = 400;
const PARAMETERS = { changepointPriorScale: 0.05, seasonalityPriorScale: 10 };
const nothing = () => undefined;

/** A trend with a bend at 0.4, a wave on it, and noise. */
function problemOf(parts: Partial<MapProblem> = {}): MapProblem {
  const random = seededRandom(20240131, 'prophet');
  const t = Float64Array.from({ length: COUNT }, (_, i) => i / (COUNT - 1));
  const angle = t.map((time) => 2 * Math.PI * 5 * time);
  const columns = [angle.map(Math.sin), angle.map(Math.cos)];
  const y = t.map((time, i) => {
    const trend = 0.4 + 0.6 * time - 0.9 * Math.max(0, time - 0.4);
    const wave = 0.2 * columns[0]![i]! - 0.1 * columns[1]![i]!;
    const curve = parts.mode === 'multiplicative' ? trend * (1 + wave) : trend + wave;
    return curve + 0.02 * normal(random);
  });
  const changepoints = Float64Array.of(0.2, 0.4, 0.6);
  return { y, t, changepoints, columns, mode: 'additive', ...PARAMETERS, ...parts };
}

/** The log-density of Prophet's model as `prophet.stan` writes it, the best noise put in. */
function densityOf(problem: MapProblem, estimate: MapEstimate): number {
  const { y, t, changepoints, columns, mode } = problem;
  const { slope, offset, changes, coefficients } = estimate;
  let squares = 0;
  y.forEach((value, i) => {
    let trend = offset + slope * t[i]!;
    changepoints.forEach((at, j) => {
      if (t[i]! > at) trend += changes[j]! * (t[i]! - at);
    });
    const wave = columns.reduce((sum, column, j) => sum + coefficients[j]! * column[i]!, 0);
    squares += (value - (mode === 'additive' ? trend + wave : trend * (1 + wave))) ** 2;
  });
  const priors =
    -(slope ** 2 + offset ** 2) / (2 * 5 ** 2) -
    changes.reduce((sum, change) => sum + Math.abs(change), 0) / problem.changepointPriorScale -
    coefficients.reduce((sum, each) => sum + each ** 2, 0) /
      (2 * problem.seasonalityPriorScale ** 2);
  const atNoise = (noise: number) =>
    -y.length * Math.log(noise) - squares / (2 * noise ** 2) - noise ** 2 / (2 * 0.5 ** 2);
  // Noise on a fine logarithmic grid from 0.001 to 1.
  const best = Math.max(...Array.from({ length: 3001 }, (_, i) => atNoise(10 ** (i / 1000 - 3))));
  return priors + best;
}

describe.each(['additive', 'multiplicative'] as const)('the most probable %s model', (mode) => {
  const problem = problemOf({ mode });
  const estimate = mapEstimate(problem, nothing);

  it('finds what made the data, within three standard errors', () => {
    // Noise 0.02, 400 values: an amplitude has a standard error of 0.02 × √(2 / 400) = 0.0014,
    // over a trend of 0.4 to 0.64 one of less than 0.0035.
    const error = mode === 'additive' ? 0.0043 : 0.0106;
    expect(Math.abs(estimate.coefficients[0]! - 0.2)).toBeLessThan(error);
    expect(Math.abs(estimate.coefficients[1]! + 0.1)).toBeLessThan(error);
    // The bend may be shared out among neighbours, and its prior takes some of it.
    const change = estimate.changes.reduce((sum, each) => sum + each, 0);
    expect(Math.abs(change + 0.9)).toBeLessThan(0.15);
    expect(Math.abs(estimate.slope - 0.6)).toBeLessThan(0.15);
  });

  it('has no more probable neighbour', () => {
    const top = densityOf(problem, estimate);
    for (const shift of [0.01, -0.01]) {
      const neighbours: MapEstimate[] = [
        { ...estimate, slope: estimate.slope + shift },
        { ...estimate, offset: estimate.offset + shift },
        ...[0, 1, 2].map((j) => ({ ...estimate, changes: shifted(estimate.changes, j, shift) })),
        ...[0, 1].map((j) => ({
          ...estimate,
          coefficients: shifted(estimate.coefficients, j, shift),
        })),
      ];
      for (const neighbour of neighbours) expect(densityOf(problem, neighbour)).toBeLessThan(top);
    }
  });

  it("is at least as probable as Stan's", async () => {
    const reference = await stanEstimate(problem, nothing);
    // Both stop when there is next to nothing to gain.
    expect(densityOf(problem, estimate)).toBeGreaterThan(densityOf(problem, reference) - 1e-2);
  });
});

describe('the search', () => {
  it('follows values without noise, and leaves changes that nothing speaks for at 0', () => {
    const { t } = problemOf();
    const problem = problemOf({ columns: [], y: t.slice() });
    const { slope, offset, changes } = mapEstimate(problem, nothing);
    expect(slope).toBeCloseTo(1, 4);
    expect(offset).toBeCloseTo(0, 4);
    for (const change of changes) expect(Math.abs(change)).toBeLessThan(1e-4);
  });

  it('learns from three values', () => {
    const three = { y: Float64Array.of(0, 1, 0.5), t: Float64Array.of(0, 0.5, 1), columns: [] };
    const problem = problemOf({ ...three, changepoints: Float64Array.of(0.5) });
    expect(Object.values(mapEstimate(problem, nothing)).flat().every(isFiniteAll)).toBe(true);
  });

  it.each(['additive', 'multiplicative'] as const)('may be stopped at any step: %s', (mode) => {
    let steps = 0;
    const stop = () => {
      if (++steps === 3) throw new Error('out of time');
    };
    expect(() => mapEstimate(problemOf({ mode }), stop)).toThrow('out of time');
  });

  it.each(['additive', 'multiplicative'] as const)(
    'refuses what doubles cannot hold: %s',
    (mode) => {
      const y = new Float64Array(COUNT).fill(1e300);
      y[0] = -1e300;
      const problem = problemOf({ mode, y });
      expect(codeOf(() => mapEstimate(problem, nothing))).toBe('FIT_DID_NOT_CONVERGE');
    },
  );
});

describe("Stan's search", () => {
  it('does without changepoints and seasons', async () => {
    const bare = problemOf({ columns: [], changepoints: new Float64Array(0) });
    const found = await stanEstimate(bare, nothing);
    const expected = mapEstimate(bare, nothing);
    expect(found.changes).toHaveLength(0);
    expect(found.coefficients).toHaveLength(0);
    expect(found.slope).toBeCloseTo(expected.slope, 2);
    expect(found.offset).toBeCloseTo(expected.offset, 2);
  });

  it('says why it failed', async () => {
    const four = { y: Float64Array.of(0, 1, 0.5, 1), t: Float64Array.of(0, 0.3, 0.6, 1) };
    const failing = stanEstimate(
      problemOf({ ...four, columns: [], changepoints: Float64Array.of(0.3) }),
      nothing,
    );
    await expect(failing).rejects.toMatchObject({ cause: { message: /Line search failed/ } });
    expect(await rejectionOf(failing)).toBe('FIT_DID_NOT_CONVERGE');
  });

  it('is loaded once, and anew when an instance is discarded', async () => {
    const first = await loadStan();
    expect(await loadStan()).toBe(first);
    discardStan();
    const second = await loadStan();
    expect(second).not.toBe(first);
    await expect(stanEstimate(problemOf(), nothing)).resolves.toBeDefined();
  });
});

function shifted(values: Float64Array, index: number, by: number): Float64Array {
  return values.map((value, i) => (i === index ? value + by : value));
}

function isFiniteAll(value: number | Float64Array): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : value.every(Number.isFinite);
}
