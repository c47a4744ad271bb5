/** The character before a number's decimals. */
export type DecimalMark = '.' | ',';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** With so many digits an integer is exact. */
const EXACT_DIGITS = 15;
const ZERO = 48;
const MINUS = 45;

/**
 * The number a cell says, exactly as `Number` reads it; NaN when it says none, or one without bounds.
 *
 * Short plain decimals, nearly all there are, are one division of two integers that doubles hold
 * exactly, which IEEE 754 rounds correctly (Clinger 1990, "How to read floating point numbers
 * accurately"); the rest is left to the engine.
 *
 * @example
 * ```ts
 * readDecimal('-12.5', '.'); // => -12.5
 * readDecimal('0,25', ','); // => 0.25
 * readDecimal('0.25', ','); // => NaN
 * ```
 */
export function readDecimal(text: string, mark: DecimalMark): number {
  const point = mark.charCodeAt(0);
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  const { length } = text;
  let integer = 0;
  let digits = 0;
  let decimals = -1;
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i);
    const digit = code - ZERO;
    if (digit >= 0 && digit <= 9) {
      integer = integer * 10 + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (code === point && decimals < 0) decimals = 0;
    else return readOther(text, mark);
  }
  if (digits === 0 || digits > EXACT_DIGITS) return readOther(text, mark);
  const value = decimals > 0 ? integer / POWERS[decimals]! : integer;
  return start === 1 ? -value : value;
}

function readOther(text: string, mark: DecimalMark): number {
  if (mark === ',' && text.includes('.')) return Number.NaN;
  const plain = mark === ',' ? text.replace(',', '.') : text;
  if (!NUMBER.test(plain)) return Number.NaN;
  const value = Number(plain);
  return Number.isFinite(value) ? value : Number.NaN;
}
