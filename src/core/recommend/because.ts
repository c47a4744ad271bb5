/** One reason of a decision: a stable code, a sentence, and the numbers behind it. */
export interface Because {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** A reason; its numbers are what a program reads, the sentence is what a person does. */
export function because(
  code: string,
  message: string,
  details?: Readonly<Record<string, unknown>>,
): Because {
  return details === undefined ? { code, message } : { code, message, details };
}

/**
 * A number as sentences show it: three significant digits, without an exponent where one can read it.
 *
 * @example
 * ```ts
 * [0.12345, 1234.5, 2].map(shown); // => ['0.123', '1230', '2']
 * ```
 */
export function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
