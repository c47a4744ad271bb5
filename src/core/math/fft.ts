/**
 * Discrete Fourier transform in place: `X[k] = Σ x[t] e^(−2πikt/n)`, by the iterative radix-2
 * algorithm (Cooley & Tukey 1965). Swapping the two arguments gives the inverse, times n.
 *
 * @param real - real parts; a power of two of them, 1 or more
 * @param imaginary - imaginary parts, as many
 * @throws {RangeError} when the lengths differ or are no power of two
 */
export function fft(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  if (imaginary.length !== size || size < 1 || (size & (size - 1)) !== 0) {
    throw new RangeError(`a transform needs equally many parts, a power of two, got ${size}`);
  }
  reverseBits(real, imaginary);
  const cosines = new Float64Array(size >> 1);
  const sines = new Float64Array(size >> 1);
  for (let i = 0; i < cosines.length; i++) {
    cosines[i] = Math.cos((2 * Math.PI * i) / size);
    sines[i] = -Math.sin((2 * Math.PI * i) / size);
  }
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const cosine = cosines[k * stride]!;
        const sine = sines[k * stride]!;
        const low = start + k;
        const high = low + half;
        const re = real[high]! * cosine - imaginary[high]! * sine;
        const im = real[high]! * sine + imaginary[high]! * cosine;
        real[high] = real[low]! - re;
        imaginary[high] = imaginary[low]! - im;
        real[low]! += re;
        imaginary[low]! += im;
      }
    }
  }
}

/** Puts every element where the bits of its index say, read backwards. */
function reverseBits(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 1, mirrored = 0; i < real.length; i++) {
    let bit = real.length >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (i >= mirrored) continue;
    const re = real[i]!;
    const im = imaginary[i]!;
    real[i] = real[mirrored]!;
    imaginary[i] = imaginary[mirrored]!;
    real[mirrored] = re;
    imaginary[mirrored] = im;
  }
}
