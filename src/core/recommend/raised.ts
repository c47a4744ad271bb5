import type { Because } from './because.ts';

/** Less is the rounding of sums: the mean of equal values is not always that value. */
const LEAST_RAISE = 1e-9;

/** An amount that rules may only raise, with a reason for each that did. */
export class Raised {
  value: number;
  readonly because: Because[];

  constructor(value: number, ...because: Because[]) {
    this.value = value;
    this.because = because;
  }

  /** Raises it to `least`, and says why where a code is given and it was lower. */
  atLeast(least: number, code?: string, message = ''): void {
    if (!(least > this.value * (1 + LEAST_RAISE))) return;
    if (code !== undefined) {
      this.because.push({ code, message, details: { before: this.value, after: least } });
    }
    this.value = least;
  }
}
