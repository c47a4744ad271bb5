// Looked up once: test runners intercept every access to a global, and these loops make thousands.
const { isNaN: isMissing } = Number;

/**
 * The newest numbers of a stream as 32-bit floats, in memory that does not grow. They lie side by side
 * in `buffer`, from `end - length` up to `end`, so that hot loops read them without a call each.
 */
export interface RecentValues {
  readonly buffer: Float32Array;
  /** Index behind the newest number. */
  readonly end: number;
  /** Numbers held: up to the capacity. */
  readonly length: number;
  push(value: number): void;
  /** Oldest first, a copy. */
  toArray(): Float32Array;
}

/** Keeps the newest `capacity` numbers; begins with `initial`, oldest first. */
export function recentValues(capacity: number, initial: ArrayLike<number> = []): RecentValues {
  const buffer = new Float32Array(2 * capacity);
  let end = 0;
  let length = 0;
  const push = (value: number) => {
    if (end === buffer.length) {
      buffer.copyWithin(0, end - capacity + 1, end);
      end = capacity - 1;
    }
    buffer[end++] = value;
    if (length < capacity) length++;
  };
  for (let i = 0; i < initial.length; i++) push(initial[i]!);
  return {
    buffer,
    get end() {
      return end;
    },
    get length() {
      return length;
    },
    push,
    toArray: () => buffer.slice(end - length, end),
  };
}

/** The number `age` rows before the newest one (age 0). NaN beyond what is held. */
export function recentValue({ buffer, end, length }: RecentValues, age: number): number {
  return age < length ? buffer[end - 1 - age]! : Number.NaN;
}

/** The mean of up to `count` numbers, the newest `age` left out; NaN when none is present. */
export function meanOfRecent(values: RecentValues, age: number, count: number): number {
  const { buffer } = values;
  const to = values.end - age;
  let sum = 0;
  let held = 0;
  for (let i = Math.max(values.end - values.length, to - count); i < to; i++) {
    const value = buffer[i]!;
    if (isMissing(value)) continue;
    sum += value;
    held++;
  }
  return held === 0 ? Number.NaN : sum / held;
}

/**
 * The population standard deviation of the newest `count` numbers, present ones only; NaN without any.
 * Two passes, so that a small spread about a large level is not lost.
 */
export function spreadOfRecent(values: RecentValues, count: number): number {
  const { buffer, end } = values;
  const centre = meanOfRecent(values, 0, count);
  let squares = 0;
  let held = 0;
  for (let i = Math.max(end - values.length, end - count); i < end; i++) {
    const value = buffer[i]!;
    if (isMissing(value)) continue;
    squares += (value - centre) ** 2;
    held++;
  }
  return held === 0 ? Number.NaN : Math.sqrt(squares / held);
}

/**
 * How much the newest `count` numbers move from one to the next, in the mean of absolute differences;
 * NaN unless half of the differences are there.
 */
export function movementOfRecent(values: RecentValues, count: number): number {
  const { buffer, end } = values;
  let sum = 0;
  let held = 0;
  for (let i = Math.max(end - values.length + 1, end - count); i < end; i++) {
    const moved = Math.abs(buffer[i]! - buffer[i - 1]!);
    if (isMissing(moved)) continue;
    sum += moved;
    held++;
  }
  return held >= count / 2 ? sum / held : Number.NaN;
}
