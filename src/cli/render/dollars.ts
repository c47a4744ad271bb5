/**
 * An amount of US dollars; to the cent, and small ones to the hundredth of one. `?` when unknown.
 *
 * @example
 * ```ts
 * formatDollars(1234.5); // => '$1,234.50'
 * formatDollars(-0.0123); // => '-$0.0123'
 * formatDollars(null); // => '?'
 * ```
 */
export function formatDollars(amount: number | null): string {
  if (amount === null) return '?';
  const size = Math.abs(amount);
  const digits = size > 0 && size < 0.995 ? 4 : 2;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const text = size.toLocaleString('en-US', format);
  return `${amount < 0 && /[1-9]/.test(text) ? '-' : ''}$${text}`;
}
