import { describe, expect, it } from '@jest/globals';
import {
  exponential,
  logUniform,
  normal,
  poisson,
  type Random,
  seededRandom,
  uniform,
} from '#core/math/random.ts';
import { mean, standardDeviation } from '#core/math/statistics.ts';

const DRAWS = 20_000;

function draws(draw: (random: Random) => number, stream: string): Float64Array {
  const random = seededRandom(1, stream);
  return Float64Array.from({ length: DRAWS }, () => draw(random));
}

describe('seededRandom', () => {
  it('gives the numbers that the published algorithms give', () => {
    // From a second implementation of splitmix32, FNV-1a and sfc32 in Python, with its unbounded
    // integers cut to 32 bits after every operation.
    const plain = seededRandom(42);
    expect([plain(), plain(), plain(), plain()]).toEqual([
      0.21162484876727594, 0.27719412405497, 0.5381430457559586, 0.13352383176137228,
    ]);
    const named = seededRandom(-7, 'arrivals');
    expect([named(), named(), named(), named()]).toEqual([
      0.38478237844535046, 0.10142470992295294, 0.0331843151084209, 0.5459984924549401,
    ]);
  });

  it('gives each name of a seed a stream of its own', () => {
    expect(seededRandom(1, 'a')()).not.toBe(seededRandom(1, 'b')());
    expect(seededRandom(1, 'a')()).not.toBe(seededRandom(2, 'a')());
  });

  it('refuses a seed that is not an integer', () => {
    expect(() => seededRandom(0.5)).toThrow('a seed must be an integer, got 0.5');
  });
});

// Bounds of four standard errors: the streams are fixed, so these pass always or never.
describe('distributions', () => {
  it('uniform has mean (a + b) / 2, stays inside and reaches both ends', () => {
    const values = draws((random) => uniform(random, 2, 6), 'uniform');
    // sd = 4 / sqrt(12) = 1.155; 4 * 1.155 / sqrt(20000) = 0.033
    expect(Math.abs(mean(values) - 4)).toBeLessThan(0.033);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...values)).toBeLessThan(6);
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(3.99);
  });

  it('logUniform has its median at the geometric mean', () => {
    const values = draws((random) => logUniform(random, 1, 100), 'log');
    // A share of 1/2 has a standard error of sqrt(1/4 / 20000) = 0.0035.
    const below = values.filter((value) => value < 10).length / DRAWS;
    expect(Math.abs(below - 0.5)).toBeLessThan(0.0142);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...values)).toBeLessThan(100);
  });

  it('normal has mean 0, standard deviation 1 and the share 0.0455 beyond 2', () => {
    const values = draws(normal, 'normal');
    // 4 / sqrt(20000) = 0.028; sd: 4 / sqrt(40000) = 0.02; share: 4 * sqrt(.0455 * .9545 / 20000)
    expect(Math.abs(mean(values))).toBeLessThan(0.028);
    expect(Math.abs(standardDeviation(values) - 1)).toBeLessThan(0.02);
    const beyond = values.filter((value) => Math.abs(value) > 2).length / DRAWS;
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(0.006);
  });

  it('normal takes exactly two uniform numbers', () => {
    let taken = 0;
    normal(() => {
      taken++;
      return 0.5;
    });
    expect(taken).toBe(2);
  });

  it('exponential has its mean as standard deviation', () => {
    const values = draws((random) => exponential(random, 3), 'exponential');
    // mean: 4 * 3 / sqrt(20000) = 0.085; the sd's error is sqrt(2) as large (kurtosis 9).
    expect(Math.abs(mean(values) - 3)).toBeLessThan(0.085);
    expect(Math.abs(standardDeviation(values) - 3)).toBeLessThan(0.12);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });

  it.each([0.4, 9.9, 10, 35, 18_000])('poisson of mean %d has it as variance', (expected) => {
    const values = draws((random) => poisson(random, expected), `poisson ${expected}`);
    // Var of the mean: m / n. Var of the variance: (m + 2 m^2) / n.
    expect(Math.abs(mean(values) - expected)).toBeLessThan(4 * Math.sqrt(expected / DRAWS));
    const error = 4 * Math.sqrt((expected + 2 * expected ** 2) / DRAWS);
    expect(Math.abs(standardDeviation(values) ** 2 - expected)).toBeLessThan(error);
    expect(values.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  });

  it.each([6, 12])('poisson of mean %d has the probabilities of the formula', (expected) => {
    const values = draws((random) => poisson(random, expected), 'pmf');
    let probability = Math.exp(-expected);
    for (let k = 0; k <= 3 * expected; k++) {
      const share = values.filter((value) => value === k).length / DRAWS;
      const error = Math.sqrt((probability * (1 - probability)) / DRAWS);
      expect(Math.abs(share - probability)).toBeLessThan(4 * error + 1 / DRAWS);
      probability *= expected / (k + 1);
    }
  });

  it('poisson of mean 0 is 0, and a negative or infinite mean is refused', () => {
    expect(poisson(seededRandom(1), 0)).toBe(0);
    expect(() => poisson(seededRandom(1), -1)).toThrow(RangeError);
    expect(() => poisson(seededRandom(1), Infinity)).toThrow(RangeError);
    expect(() => poisson(seededRandom(1), Number.NaN)).toThrow(RangeError);
  });
});
