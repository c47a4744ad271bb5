/** A series by the start of its periods. */
export type Points = ReadonlyMap<number, number>;

type Operand = number | Points;

/**
 * Metric math as far as Helios writes it: numbers, ids, + - * /, parentheses and FILL(id, number). Where
 * an operand has no value, or the divisor is zero, there is none.
 * @throws {Error} for an id that is unknown and for what it does not understand
 */
export function evaluateMath(expression: string, series: ReadonlyMap<string, Points>): Points {
  const tokens = expression.match(/[A-Za-z_]\w*|\d+(\.\d+)?|[-+*/(),]/g) ?? [];
  let next = 0;
  const take = (expected?: string): string => {
    const token = tokens[next++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`Error in expression: ${expression}`);
    }
    return token;
  };
  const factor = (): Operand => {
    const token = take();
    if (token === '(') {
      const inner = sum();
      take(')');
      return inner;
    }
    if (token === 'FILL') {
      take('(');
      const filled = sum();
      take(',');
      const by = Number(take());
      take(')');
      return fill(filled, by, series);
    }
    if (/^\d/.test(token)) return Number(token);
    const known = series.get(token);
    if (!known) throw new Error(`Error in expression: unknown id ${token}`);
    return known;
  };
  const product = (): Operand => {
    let left = factor();
    while (tokens[next] === '*' || tokens[next] === '/') left = combine(left, take(), factor());
    return left;
  };
  const sum = (): Operand => {
    let left = product();
    while (tokens[next] === '+' || tokens[next] === '-') left = combine(left, take(), product());
    return left;
  };
  const result = sum();
  if (next < tokens.length || typeof result === 'number') {
    throw new Error(`Error in expression: ${expression}`);
  }
  return result;
}

function fill(operand: Operand, by: number, series: ReadonlyMap<string, Points>): Operand {
  if (typeof operand === 'number') return operand;
  const times = [...series.values()].flatMap((points) => [...points.keys()]);
  return new Map(times.map((at) => [at, operand.get(at) ?? by]));
}

function combine(left: Operand, operator: string, right: Operand): Operand {
  const of = (operand: Operand, at: number) =>
    typeof operand === 'number' ? operand : operand.get(at);
  const apply = (a: number, b: number) =>
    operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b;
  if (typeof left === 'number' && typeof right === 'number') return apply(left, right);
  const times = typeof left === 'number' ? right : left;
  const points = new Map<number, number>();
  for (const at of typeof times === 'number' ? [] : times.keys()) {
    const [a, b] = [of(left, at), of(right, at)];
    if (a === undefined || b === undefined) continue;
    const value = apply(a, b);
    if (Number.isFinite(value)) points.set(at, value);
  }
  return points;
}
