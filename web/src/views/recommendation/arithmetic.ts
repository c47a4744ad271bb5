/** One step of the arithmetic: what is computed, and how. */
export interface ArithmeticStep {
  readonly what: string;
  readonly how: string;
}

/**
 * The lines that `explain` answers with, each split where it says what it computes.
 *
 * @example
 * ```ts
 * stepsOf(['bounds: 1 to 100 replicas', 'nothing']); // => [{ what: 'bounds', how: '1 to 100 replicas' }, { what: '', how: 'nothing' }]
 * ```
 */
export function stepsOf(explanation: readonly string[]): readonly ArithmeticStep[] {
  return explanation.map((line) => {
    // A colon with a blank: those of a time of day have none.
    const at = line.indexOf(': ');
    return { what: line.slice(0, Math.max(0, at)), how: line.slice(at < 0 ? 0 : at + 2) };
  });
}
