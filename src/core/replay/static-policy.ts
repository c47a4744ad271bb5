import type { Policy } from './fleet.ts';

/** The same number of units at all times. */
export function staticPolicy(units: number): Policy {
  return { decide: () => units };
}
