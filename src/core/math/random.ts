/** A source of uniform numbers in [0, 1). The same shape as `FitOptions.random`. */
export type Random = () => number;

const TWO_POW_26 = 67_108_864;
const TWO_POW_53 = 9_007_199_254_740_992;

/**
 * A reproducible stream of uniform numbers with 53 random bits each, the same on every machine:
 * only 32-bit integer arithmetic is used. Streams of one seed with different names are
 * independent, so that drawing more from one leaves the others where they were.
 *
 * The generator is sfc32 (C. Doty-Humphrey, PractRand, RNG/sfc), its state filled by splitmix32
 * (G. Steele, D. Lea, C. Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014,
 * with the 32-bit finaliser of MurmurHash3), the name mixed in by FNV-1a.
 *
 * @param seed - any integer; its low 32 bits count
 * @throws {RangeError} when `seed` is not an integer
 */
export function seededRandom(seed: number, stream = ''): Random {
  if (!Number.isInteger(seed)) throw new RangeError(`a seed must be an integer, got ${seed}`);
  const fill = splitmix32((seed >>> 0) ^ fnv1a(stream));
  const next = sfc32(fill(), fill(), fill());
  return () => {
    const high = next() >>> 5;
    const low = next() >>> 6;
    return (high * TWO_POW_26 + low) / TWO_POW_53;
  };
}

/** A number between `low` (possible) and `high` (not reached), every one as likely. */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/**
 * A number between `low` and `high` whose logarithm is uniform: as many between 1 and 2 as between
 * 2 and 4.
 */
export function logUniform(random: Random, low: number, high: number): number {
  return low * (high / low) ** random();
}

/**
 * A standard normal number (mean 0, standard deviation 1) from exactly two uniform ones, so that a
 * stream stays in step whatever the values (Box & Muller 1958, the cosine branch).
 */
export function normal(random: Random): number {
  // 1 - u lies in (0, 1], where the logarithm is finite.
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** An exponentially distributed number with this mean: the wait for an event without memory. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** Below this mean the product method is both exact and fast. */
const SMALL_MEAN = 10;

/**
 * How many independent events happen where `mean` are expected. Exact: by products of uniforms for
 * small means (Knuth, TAOCP vol. 2, 3.4.1), by transformed rejection above (Hörmann 1993, "The
 * transformed rejection method for generating Poisson random variables", algorithm PTRS).
 *
 * @throws {RangeError} when `mean` is negative or not finite
 */
export function poisson(random: Random, mean: number): number {
  if (!(mean >= 0 && mean < Infinity)) {
    throw new RangeError(`the mean of a poisson number must be finite and >= 0, got ${mean}`);
  }
  return mean < SMALL_MEAN ? poissonByProducts(random, mean) : poissonByRejection(random, mean);
}

function poissonByProducts(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

function poissonByRejection(random: Random, mean: number): number {
  const logMean = Math.log(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const acceptAtOnce = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= acceptAtOnce) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const hat = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b);
    if (hat <= k * logMean - mean - logFactorial(k)) return k;
  }
}

/** ln(k!): summed for small k, by Stirling's series above (error below 1e-10 from k = 10 on). */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

function sfc32(seedA: number, seedB: number, seedC: number): () => number {
  let a = seedA | 0;
  let b = seedB | 0;
  let c = seedC | 0;
  let counter = 1;
  const next = () => {
    const output = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + output) | 0;
    return output >>> 0;
  };
  // The seeds need some rounds until each bit has reached every other (12 in PractRand).
  for (let i = 0; i < 12; i++) next();
  return next;
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
