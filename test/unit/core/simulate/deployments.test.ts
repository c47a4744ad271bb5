import { describe, expect, it } from '@jest/globals';
import { deployer, freshness } from '#core/simulate/deployments.ts';
import { WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { addMs, epochMs } from '#core/time.ts';

const START = epochMs(Date.parse('2026-01-05T00:00:00Z'));

/** Slots of the deployments in `weeks`, with freezes where `isFrozen` says so. */
function slotsOf(weeks: number, isFrozen: (slot: number) => boolean): readonly number[] {
  const deploy = deployer(3);
  return Array.from({ length: weeks * 2_016 }, (_, slot) => slot).filter(
    (slot) => deploy.next(addMs(START, WEBSHOP_STEP, slot), isFrozen(slot)).isNew,
  );
}

describe('the deployer', () => {
  it('deploys about three times a week, four hours apart', () => {
    const slots = slotsOf(100, () => false);
    // 3.5 a week by chance. In a seven-hour day each drawn slot hides the four hours behind it: of
    // 0.7 a day (0.1 an hour) the mean number hidden is 0.1^2 * (4 * 7 - 4^2 / 2) = 0.2, so at
    // least 0.5 a day stay. Three standard errors of 300: 52.
    expect(slots.length).toBeGreaterThan(500 * 0.5 - 52);
    expect(slots.length).toBeLessThan(350 + 52);
    const gaps = slots.slice(1).map((slot, i) => slot - (slots[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(48);
  });

  it('does not deploy while frozen, and goes on as it would have afterwards', () => {
    const slots = slotsOf(10, () => false);
    const [first = 0] = slots;
    const frozen = slotsOf(10, (slot) => slot === first);
    expect(frozen).not.toContain(first);
    // One drawn within four hours of the first may now take its place.
    const later = (slot: number) => slot > first + 48;
    expect(frozen.filter(later)).toEqual(slots.filter(later));
  });

  it('counts the age of a version from its deployment', () => {
    const deploy = deployer(3);
    const [first = 0] = slotsOf(10, () => false);
    const ages: number[] = [];
    for (let slot = 0; slot <= first + 2; slot++) {
      ages.push(deploy.next(addMs(START, WEBSHOP_STEP, slot), false).version.ageMinutes);
    }
    // 36 hours old at the start, and one slot older with each.
    expect(ages[0]).toBe(2_165);
    expect(ages.slice(first)).toEqual([0, 5, 10]);
  });

  it('lets the cost of a fresh start fade by half in five minutes', () => {
    expect([freshness(0), freshness(5), freshness(20)]).toEqual([1, 0.5, 0.0625]);
  });
});
