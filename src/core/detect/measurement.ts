/** Values beyond this are no measurement; sums of their squares would overflow. */
const MAX_MAGNITUDE = 1e30;

/** Whether a detector takes a value at all: present, finite and not absurd. */
export function isMeasurement(value: number): boolean {
  return Math.abs(value) <= MAX_MAGNITUDE;
}
