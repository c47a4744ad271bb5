/** Where a function of several variables is smallest, and how small. */
export interface SimplexMinimum {
  readonly at: Float64Array;
  readonly value: number;
  /** Whether the simplex has shrunk to the tolerance, rather than run out of evaluations. */
  readonly hasConverged: boolean;
}

interface Vertex {
  readonly at: Float64Array;
  readonly value: number;
}

const REFLECTION = 1;
const EXPANSION = 2;
const CONTRACTION = 0.5;
const SHRINKAGE = 0.5;

/**
 * A local minimum of a function of several variables, without derivatives: the simplex search of
 * Nelder & Mead (1965) with the acceptance rules of Lagarias, Reeds, Wright & Wright (1998).
 *
 * A function that answers `Infinity` outside of its domain is kept inside. The search draws no
 * random numbers, so the same start gives the same answer.
 *
 * @param start - where `f` is finite
 * @param options.steps - the first simplex: how far its vertices are from `start`, one a variable
 * @param options.tolerance - ends the search when no vertex is further than this from the best one
 *   in any variable, in units of that variable's first step
 * @throws {RangeError} when `steps` does not have a step other than 0 for every variable
 * @example
 * ```ts
 * const bowl = (x: Float64Array) => (x[0]! - 1) ** 2 + (x[1]! + 2) ** 2;
 * Math.round(nelderMead(bowl, [0, 0], { steps: [1, 1] }).at[1]! * 1000); // => -2000
 * ```
 */
export function nelderMead(
  f: (x: Float64Array) => number,
  start: readonly number[],
  options: {
    readonly steps: readonly number[];
    readonly tolerance?: number;
    readonly maxEvaluations?: number;
  },
): SimplexMinimum {
  const { steps, tolerance = 1e-7, maxEvaluations = 1_000 } = options;
  if (steps.length !== start.length || steps.some((step) => !(Math.abs(step) > 0))) {
    throw new RangeError(`a simplex of ${start.length} variables needs as many steps, none 0`);
  }
  let evaluations = 0;
  const vertexAt = (at: Float64Array): Vertex => {
    evaluations++;
    return { at, value: f(at) };
  };
  const simplex = firstSimplex(start, steps).map(vertexAt);
  const dimensions = start.length;
  const isSmall = () =>
    simplex.every(({ at }) =>
      at.every((x, i) => Math.abs(x - simplex[0]!.at[i]!) <= tolerance * Math.abs(steps[i]!)),
    );
  const replaceWorst = (vertex: Vertex) => {
    simplex[dimensions] = vertex;
  };

  for (;;) {
    simplex.sort((a, b) => a.value - b.value || 0);
    const best = simplex[0]!;
    if (isSmall()) return { ...best, hasConverged: true };
    if (evaluations >= maxEvaluations) return { ...best, hasConverged: false };
    const worst = simplex[dimensions]!;
    const centre = centroid(simplex.slice(0, dimensions));
    const beyond = (share: number) => vertexAt(between(centre, worst.at, -share));

    const reflected = beyond(REFLECTION);
    if (reflected.value < best.value) {
      const expanded = beyond(EXPANSION);
      replaceWorst(expanded.value < reflected.value ? expanded : reflected);
      continue;
    }
    if (reflected.value < simplex[dimensions - 1]!.value) {
      replaceWorst(reflected);
      continue;
    }
    const isOutside = reflected.value < worst.value;
    const contracted = beyond(isOutside ? CONTRACTION : -CONTRACTION);
    if (isOutside ? contracted.value <= reflected.value : contracted.value < worst.value) {
      replaceWorst(contracted);
      continue;
    }
    for (let i = 1; i <= dimensions; i++) {
      simplex[i] = vertexAt(between(best.at, simplex[i]!.at, SHRINKAGE));
    }
  }
}

function firstSimplex(start: readonly number[], steps: readonly number[]): Float64Array[] {
  const moved = steps.map((step, i) =>
    Float64Array.from(start, (x, j) => (i === j ? x + step : x)),
  );
  return [Float64Array.from(start), ...moved];
}

function centroid(vertices: readonly Vertex[]): Float64Array {
  const centre = new Float64Array(vertices[0]!.at.length);
  for (const { at } of vertices) {
    for (let i = 0; i < centre.length; i++) centre[i]! += at[i]! / vertices.length;
  }
  return centre;
}

/** The point at `share` of the way from one point to another; behind the first when negative. */
function between(from: Float64Array, to: Float64Array, share: number): Float64Array {
  return from.map((x, i) => x + share * (to[i]! - x));
}
