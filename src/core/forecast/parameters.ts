/** Refuses a model parameter that is not a count. @throws {RangeError} unless an integer >= 1 */
export function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a positive integer, got ${value}`);
  }
}

/** Refuses a model parameter that is not a share. @throws {RangeError} unless in [0, 1] */
export function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} must be in [0, 1], got ${value}`);
}
