import { describe, expect, it } from '@jest/globals';
import type { Observation } from '#core/observations/observation.ts';
import { mergeRegister, registerOf, storedValue } from '#core/observations/slot-register.ts';
import { epochMs } from '#core/time.ts';

const register = (value: number, asOf: number, firstSeen: number) => ({
  value,
  asOf: epochMs(asOf),
  firstSeen: epochMs(firstSeen),
});

describe('storedValue', () => {
  it.each([
    [1_234_567.89, 1_234_568],
    [0.000_123_456_78, 0.000_123_456_8],
    [-9_999_999.9, -10_000_000],
    [1e300, 1e300],
    [0, 0],
  ])('rounds %d to 7 significant digits', (given, stored) => {
    expect(storedValue(given)).toBe(stored);
  });

  it('turns -0 into 0, which JSON and DynamoDB can not tell apart', () => {
    expect(Object.is(storedValue(-0), 0)).toBe(true);
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses %d', (value) => {
    expect(() => storedValue(value)).toThrow(RangeError);
  });
});

describe('registerOf', () => {
  it('keeps running totals exactly: their rates are small differences', () => {
    const total: Observation = {
      metric: 'network_rx_bytes',
      source: 'agent',
      at: epochMs(10),
      value: 5_497_558_138_881,
      asOf: epochMs(10),
      counter: true,
    };
    expect(registerOf(total, epochMs(11)).value).toBe(5_497_558_138_881);
    expect(registerOf({ ...total, counter: false }, epochMs(11)).value).toBe(5_497_558_000_000);
  });

  it('rounds times to whole milliseconds', () => {
    const observation: Observation = {
      metric: 'cpu_cores',
      source: 'agent',
      at: epochMs(10),
      value: 2,
      asOf: epochMs(10.6),
    };
    expect(registerOf(observation, epochMs(20.4))).toEqual(register(2, 11, 20));
  });
});

describe('mergeRegister', () => {
  const stored = register(5, 100, 110);

  it('takes what comes first', () => {
    expect(mergeRegister(undefined, stored)).toEqual({ register: stored, result: 'accepted' });
  });

  it.each([
    ['later knowledge, although smaller', register(1, 101, 120), register(1, 101, 110), 'accepted'],
    ['later knowledge of the same value', register(5, 101, 120), register(5, 101, 110), 'accepted'],
    ['a greater value known as late', register(6, 100, 120), register(6, 100, 110), 'accepted'],
    ['later knowledge that came earlier', register(1, 101, 90), register(1, 101, 90), 'accepted'],
    ['the same again', register(5, 100, 120), stored, 'duplicate'],
    ['the same, seen before', register(5, 100, 90), register(5, 100, 90), 'duplicate'],
    ['older knowledge, although greater', register(9, 99, 120), stored, 'superseded'],
    ['a smaller value known as late', register(4, 100, 120), stored, 'superseded'],
    ['older knowledge, seen before', register(9, 99, 90), register(5, 100, 90), 'superseded'],
  ])('joins %s', (_, incoming, expected, result) => {
    expect(mergeRegister(stored, incoming)).toEqual({ register: expected, result });
  });

  it('returns the stored register itself when nothing changes', () => {
    expect(mergeRegister(stored, register(5, 100, 120)).register).toBe(stored);
    expect(mergeRegister(stored, register(9, 99, 120)).register).toBe(stored);
  });
});
