import { describe, expect, it } from '@jest/globals';
import { growthAt, learnGrowth, withoutGrowth } from '#core/detect/deployment-growth.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { durationMs, MINUTE } from '#core/time.ts';

const STEP = durationMs(30 * MINUTE);
const ROWS = 1_000;
/** Rows of deployments: three days, a week and a day apart. */
const DEPLOYED = [100, 244, 580, 628];

/** Steps since the last deployment, Infinity before the first. */
const SINCE = Float64Array.from({ length: ROWS }, (_, row) => {
  const last = DEPLOYED.findLast((each) => each <= row);
  return last === undefined ? Infinity : row - last;
});

/** A tenth more with each doubling of the age, up to 128 hours = 256 steps; a step is half an hour. */
const grown = (steps: number) => 0.1 * Math.log2(Math.min(256, Math.max(1, steps)) / 256);

/** Every deployment at another level. */
function values(noise: number): Float64Array {
  const random = seededRandom(5, 'growth');
  return SINCE.map((steps, row) => {
    const level = DEPLOYED.filter((each) => each <= row).length % 2 === 0 ? 3 : 5;
    return level + grown(steps === Infinity ? 256 : steps) + noise * normal(random);
  });
}

describe('the growth after deployments', () => {
  it('is what they have in common, whatever the level of each', () => {
    const growth = learnGrowth(values(0), SINCE, STEP);
    // At 8, 16 … 256 steps: 0.1 × (−5, −4 … 0). Nearer to a deployment lie fewer than 24 values.
    const expected = [-0.5, -0.5, -0.5, -0.5, -0.4, -0.3, -0.2, -0.1, 0];
    for (const [node, value] of expected.entries()) {
      expect(growth?.nodes[node]).toBeCloseTo(value, 2);
    }
  });

  it('is found under noise, and taken off', () => {
    const noisy = values(0.05);
    const growth = learnGrowth(noisy, SINCE, STEP);
    expect(growth).toBeDefined();
    if (!growth) return;
    expect(growthAt(growth, 16, STEP)).toBeCloseTo(-0.4, 1);
    const left = withoutGrowth(noisy, SINCE, growth, STEP);
    // Rows 250 and 570 are 6 and 326 steps after one deployment: 0.54 apart before.
    const mean = (from: number) => left.slice(from, from + 10).reduce((a, b) => a + b) / 10;
    expect(Math.abs(mean(246) - mean(560))).toBeLessThan(0.08);
  });

  it('is not moved by what one deployment does beyond the greatest age', () => {
    // The last one stays for 1,000 steps, and goes on growing where the nodes end: 256 steps and half
    // as much again on the scale of logarithms. Its level is that of the ages that others have, too.
    const since = Float64Array.from({ length: 1_628 }, (_, row) => SINCE[row] ?? row - 628);
    const random = seededRandom(7, 'growth');
    const long = since.map((steps, row) => {
      const level = row < 580 ? 3 : 5;
      const beyond = steps > 363 ? 0.3 : 0;
      return level + grown(steps === Infinity ? 256 : steps) + beyond + 0.01 * normal(random);
    });
    const growth = learnGrowth(long, since, STEP);
    const expected = [-0.5, -0.5, -0.5, -0.5, -0.4, -0.3, -0.2, -0.1, 0];
    for (const [node, value] of expected.entries()) {
      expect(Math.abs((growth?.nodes[node] ?? 9) - value)).toBeLessThan(0.03);
    }
  });

  it('stays where it is at ages that no deployment has reached', () => {
    // Four of 120 steps each: node 7, at 128 steps, is the nearest to those from 91 on.
    const since = Float64Array.from({ length: 480 }, (_, row) => row % 120);
    const held = since.map((steps, row) => Math.floor(row / 120) + grown(steps));
    const { nodes = [] } = learnGrowth(held, since, STEP) ?? {};
    expect(nodes.slice(7)).toEqual([0, 0]);
    expect(nodes[6]).toBeLessThan(-0.03);
    expect(nodes[6]).toBeGreaterThan(-0.1);
  });

  it('is linear in the logarithm of the age, and level beyond the nodes', () => {
    const nodes = [-8, -7, -6, -5, -4, -3, -2, -1, 0];
    expect(growthAt({ nodes }, 0, STEP)).toBe(-8);
    expect(growthAt({ nodes }, 1, STEP)).toBe(-8);
    expect(growthAt({ nodes }, Math.SQRT2 * 4, STEP)).toBeCloseTo(-5.5, 12); // half way from 4 to 8
    expect(growthAt({ nodes }, 300, STEP)).toBe(0);
    expect(growthAt({ nodes }, Infinity, STEP)).toBe(0);
  });

  it('is none where deployments change levels only, or where fewer than two are known', () => {
    const random = seededRandom(6, 'growth');
    const level = SINCE.map((_, row) => (row < 300 ? 1 : 2) + 0.1 * normal(random));
    expect(learnGrowth(level, SINCE, STEP)).toBeUndefined();
    const one = SINCE.map((_, row) => (row < 100 ? Infinity : row - 100));
    expect(learnGrowth(values(0), one, STEP)).toBeUndefined();
    expect(
      learnGrowth(
        values(0),
        SINCE.map(() => Infinity),
        STEP,
      ),
    ).toBeUndefined();
  });

  it('states something of any values', () => {
    const odd = [Number.NaN, 0, 1e30, -1e30];
    const hostile = SINCE.map((_, row) => odd[row % odd.length] ?? 0);
    const growth = learnGrowth(hostile, SINCE, STEP);
    expect(growth?.nodes.every(Number.isFinite) ?? true).toBe(true);
    expect(
      learnGrowth(
        SINCE.map(() => Number.NaN),
        SINCE,
        STEP,
      ),
    ).toBeUndefined();
  });
});
