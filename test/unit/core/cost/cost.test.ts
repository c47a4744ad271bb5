import { describe, expect, it } from '@jest/globals';
import { budgetOutlook, monthOf } from '#core/cost/budget.ts';
import { instancePerHour, PRICE_TABLE, pricesOf } from '#core/cost/price-table.ts';
import { type Advice, savingsOf } from '#core/cost/savings.ts';
import { usageOf } from '#core/cost/usage.ts';
import { makeSeries } from '#core/series/series.ts';
import { addMs, durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { at } from '#test/helpers/memory-services.ts';

const NOON = at('2026-03-02T12:00:00Z');
const { NaN: GAP } = Number;

describe('the price table', () => {
  it('says of every price when and where it was read', () => {
    for (const { ec2, fargate, lambda } of Object.values(PRICE_TABLE)) {
      for (const { source } of [ec2, fargate, lambda]) {
        expect(source.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
        expect(source.url).toMatch(/^https:\/\//);
      }
      for (const price of Object.values(ec2.largePerHour)) expect(price).toBeGreaterThan(0);
    }
  });

  it.each([
    // As the list of the source has them.
    ['c6g.4xlarge', 0.544],
    ['m6i.2xlarge', 0.384],
    ['r7g.xlarge', 0.2142],
    ['r8g.4xlarge', 0.94256],
    ['t3.micro', 0.0104],
    ['t3a.medium', 0.0376],
    ['t4g.2xlarge', 0.2688],
  ])('has %s', (type, price) => {
    expect(instancePerHour('us-east-1', type)).toBeCloseTo(price, 10);
  });

  it.each([
    ['us-east-1', 'm7g'],
    ['us-east-1', 'm7g.nano'],
    ['us-east-1', 't3.4xlarge'],
    ['us-east-1', 'constructor.large'],
    ['us-east-1', 'm7g.constructor'],
    ['us-east-1', 'm7g.large.x'],
    ['mars-1', 'm7g.large'],
    ['constructor', 'm7g.large'],
  ])('has no price of %s %s', (region, type) => {
    expect(instancePerHour(region, type)).toBeUndefined();
  });

  it('knows no region it does not list', () => {
    expect(pricesOf('eu-west-1')).toBeUndefined();
    expect(pricesOf('toString')).toBeUndefined();
  });
});

describe('usage', () => {
  it('is what was observed; the rest is uncovered, not zero and not filled', () => {
    const slots = [
      { at: NOON, length: durationMs(30 * MINUTE), replicas: 4, most: 4 },
      // An hour of which 45 minutes were seen: 6 × 0.75 replica-hours.
      { at: addMs(NOON, HOUR), length: durationMs(45 * MINUTE), replicas: 6, most: 8 },
    ];
    expect(usageOf(slots, durationMs(3 * HOUR))).toEqual({
      replicaHours: 6.5,
      coveredSeconds: 4_500,
      uncoveredSeconds: 6_300,
      // 6.5 replica-hours in 1.25 hours.
      meanReplicas: 5.2,
      mostReplicas: 8,
    });
  });

  it.each([GAP, Infinity, -1])('takes %p replicas for no observation', (replicas) => {
    const slots = [{ at: NOON, length: HOUR, replicas, most: replicas }];
    expect(usageOf(slots, HOUR)).toEqual({
      replicaHours: 0,
      coveredSeconds: 0,
      uncoveredSeconds: 3_600,
      meanReplicas: null,
      mostReplicas: null,
    });
  });
});

describe('savings', () => {
  const replicas = (values: readonly number[]) =>
    makeSeries({ id: 'r', unit: 'count', start: NOON, step: durationMs(5 * MINUTE), values });
  /** Given `minutes` after the first value. */
  const advice = (minutes: number, before: number, target: number): Advice => ({
    at: addMs(NOON, MINUTE, minutes),
    before,
    target,
  });

  it('last from the change that followed until the next change', () => {
    const [saving, ...more] = savingsOf(replicas([6, 6, 4, 4, 4, 5]), [advice(1, 6, 4)]);
    expect(more).toEqual([]);
    expect(saving).toMatchObject({
      followedAt: addMs(NOON, MINUTE, 10),
      until: addMs(NOON, MINUTE, 25),
      isOpen: false,
      heldSeconds: 900,
      // Two replicas for a quarter of an hour.
      replicaHours: 0.5,
    });
  });

  it('are negative when it has scaled up, and open while it holds', () => {
    const [saving] = savingsOf(replicas([2, 5, 5]), [advice(0, 2, 5)]);
    // Three replicas more for ten minutes.
    expect(saving).toMatchObject({ replicaHours: -0.5, isOpen: true, heldSeconds: 600 });
  });

  it('count nothing for values that are missing', () => {
    const [saving] = savingsOf(replicas([4, 3, GAP, GAP, 3, 4]), [advice(0, 4, 3)]);
    expect(saving).toMatchObject({ heldSeconds: 600, until: addMs(NOON, MINUTE, 25) });
  });

  it('of a rollout in steps begin when the target is reached', () => {
    const [saving] = savingsOf(replicas([8, 7, 6, 5, 5]), [advice(1, 8, 5)]);
    expect(saving).toMatchObject({ followedAt: addMs(NOON, MINUTE, 15), heldSeconds: 600 });
  });

  it('are none where the replicas did not follow, or not in time, or were there already', () => {
    expect(savingsOf(replicas([4, 4, 4]), [advice(0, 4, 2)])).toEqual([]);
    // 35 minutes later is too late, 30 is not.
    const late = replicas([4, 4, 4, 4, 4, 4, 4, 2]);
    expect(savingsOf(late, [advice(0, 4, 2)])).toEqual([]);
    expect(savingsOf(late, [advice(5, 4, 2)])).toHaveLength(1);
    expect(savingsOf(replicas([2, 2, 2]), [advice(6, 4, 2)])).toEqual([]);
    expect(savingsOf(replicas([4, 4]), [advice(0, 4, 4)])).toEqual([]);
    expect(savingsOf(replicas([]), [advice(0, 4, 2)])).toEqual([]);
  });

  it('credit one change to one recommendation, the last before it', () => {
    const found = savingsOf(replicas([6, 6, 6, 3, 3]), [advice(1, 6, 4), advice(11, 6, 3)]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ target: 3, replicaHours: 0.5 });
  });
});

describe('a budget', () => {
  const APRIL = epochMs(Date.UTC(2026, 3, 11));

  it('has calendar months', () => {
    expect(monthOf(at('2026-12-31T23:59:59Z'))).toEqual({
      start: at('2026-12-01T00:00:00Z'),
      end: at('2027-01-01T00:00:00Z'),
    });
  });

  it('is judged by the rate that money is spent at', () => {
    // Ten of thirty days are over: 100 of 400 spent, 0.5 an hour, so 12 a day for twenty days.
    expect(budgetOutlook(400, { spent: 100, perHour: 0.5 }, APRIL)).toEqual({
      spent: 100,
      remaining: 300,
      spentShare: 0.25,
      elapsedShare: 1 / 3,
      perDay: 12,
      projected: 340,
      overage: 0,
      daysToExhaustion: 25,
    });
    const over = budgetOutlook(300, { spent: 100, perHour: 0.5 }, APRIL);
    expect(over.overage).toBe(40);
    expect(over.daysToExhaustion).toBeCloseTo(16.667, 3);
  });

  it('says nothing of the future without a rate', () => {
    expect(budgetOutlook(400, { spent: 0, perHour: null }, APRIL)).toMatchObject({
      perDay: null,
      projected: null,
      overage: null,
      daysToExhaustion: null,
    });
    expect(budgetOutlook(400, { spent: 0, perHour: 0 }, APRIL).daysToExhaustion).toBeNull();
    expect(budgetOutlook(400, { spent: 500, perHour: 0 }, APRIL).daysToExhaustion).toBe(0);
  });
});
