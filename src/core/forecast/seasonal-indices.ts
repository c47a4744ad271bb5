import { interpolated } from '../math/interpolated.ts';
import { mean } from '../math/statistics.ts';

/** Whether a season multiplies the level of a series or is added to it. */
export type SeasonalMode = 'divide' | 'subtract';

/** The season of a series: one index a slot, and how much the values say about it. */
export interface SeasonalIndices {
  readonly mode: SeasonalMode;
  /**
   * The first belongs to the step after the last value. Averages 1 (`divide`, share of the level) or
   * 0 (`subtract`, the series' unit).
   */
  readonly indices: Float64Array;
  /** Whether the season of the other cycles describes a cycle better than no season does. */
  readonly isPredictive: boolean;
}

/** A slot below this share of the level cannot be divided by without blowing up its noise. */
const SMALLEST_DIVISOR = 0.02;

/** Share of the slots that must have been seen twice before a season can be judged. */
const LEAST_REPEATED_SLOTS = 0.25;

/**
 * The season of the classical decomposition (centred moving average over one cycle, then the mean of
 * each slot; Hyndman & Athanasopoulos, FPP3, section 3.4), shrunk towards no season.
 *
 * - A series that is nowhere negative and whose every slot is at least a fiftieth of its level is
 *   divided by its season, any other has it subtracted.
 * - The mean of a slot over few cycles is mostly noise when the season is weak. All indices are so
 *   shrunk by the positive-part James-Stein factor `1 - (m - 3) / (m - 1) × V / S`, with `m` slots,
 *   `S` the mean squared index and `V` the variance of an index, from the scatter of each slot over
 *   the cycles (Miller & Williams 2003, "Shrinkage estimators of time series seasonal factors and
 *   their effect on forecasting accuracy", International Journal of Forecasting 19, 669-684).
 * - `isPredictive` is leave-one-out cross-validation over the cycles of each slot.
 *
 * Missing values are interpolated for the moving average only.
 *
 * @param mode - `divide` gives way to `subtract` where it cannot be done; decided here when left out
 * @returns undefined until a quarter of the slots were seen twice within the moving average, which
 *   is after two cycles and a quarter
 */
export function seasonalIndices(
  values: Float64Array,
  seasonLength: number,
  mode: SeasonalMode = 'divide',
): SeasonalIndices | undefined {
  const level = centredAverage(interpolated(values), seasonLength);
  if (level.length === 0) return undefined;
  if (mode === 'divide' && isRatioScale(values, level)) {
    const divided = fromDeviations(values, level, seasonLength, 'divide');
    if (divided === undefined || Math.min(...divided.indices) >= SMALLEST_DIVISOR) return divided;
  }
  return fromDeviations(values, level, seasonLength, 'subtract');
}

/** The series without its season; the last value is in the last slot. NaN stays NaN. */
export function withoutSeason(
  values: Float64Array,
  { mode, indices }: Pick<SeasonalIndices, 'mode' | 'indices'>,
): Float64Array {
  const result = new Float64Array(values.length);
  // Backwards, because the last value is in the last slot.
  let slot = indices.length;
  for (let i = values.length - 1; i >= 0; i--) {
    slot = slot === 0 ? indices.length - 1 : slot - 1;
    const index = indices[slot]!;
    result[i] = mode === 'divide' ? values[i]! / index : values[i]! - index;
  }
  return result;
}

/** Puts the season back on a forecast of the steps 1..h. */
export function withSeason(
  path: Float64Array,
  { mode, indices }: Pick<SeasonalIndices, 'mode' | 'indices'>,
): Float64Array {
  return path.map((value, h) => {
    const index = indices[h % indices.length]!;
    return mode === 'divide' ? value * index : value + index;
  });
}

function isRatioScale(values: Float64Array, level: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i]! < 0) return false;
  for (let i = 0; i < level.length; i++) if (!(level[i]! > 0)) return false;
  return true;
}

/** `fromDeviations` for values whose level is known from the first full half cycle on. */
function fromDeviations(
  values: Float64Array,
  level: Float64Array,
  seasonLength: number,
  mode: SeasonalMode,
): SeasonalIndices | undefined {
  const first = seasonLength >> 1;
  const neutral = mode === 'divide' ? 1 : 0;
  const offset = seasonLength - (values.length % seasonLength);
  const slots = new SlotSums(seasonLength);
  let slot = (first + offset) % seasonLength;
  for (let i = 0; i < level.length; i++, slot = slot + 1 === seasonLength ? 0 : slot + 1) {
    const value = values[first + i]!;
    const deviation = mode === 'divide' ? value / level[i]! : value - level[i]!;
    if (!Number.isNaN(deviation)) slots.add(slot, deviation - neutral);
  }
  if (slots.repeated < LEAST_REPEATED_SLOTS * seasonLength) return undefined;
  const { indices, isPredictive } = slots.judged(mode);
  return { mode, indices: indices.map((index) => index + neutral), isPredictive };
}

/** Sums of the deviations in each slot of a season. */
class SlotSums {
  private readonly count: Float64Array;
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;

  constructor(slots: number) {
    this.count = new Float64Array(slots);
    this.sum = new Float64Array(slots);
    this.squares = new Float64Array(slots);
  }

  add(slot: number, deviation: number): void {
    this.count[slot]!++;
    this.sum[slot]! += deviation;
    this.squares[slot]! += deviation * deviation;
  }

  /** How many slots hold two deviations or more. */
  get repeated(): number {
    return this.count.reduce((slots, count) => slots + (count > 1 ? 1 : 0), 0);
  }

  /** The mean of each slot as distance from no season, shrunk; and whether they predict. */
  judged(mode: SeasonalMode): { readonly indices: Float64Array; readonly isPredictive: boolean } {
    const slots = this.count.length;
    const raw = this.sum.map((sum, slot) => (this.count[slot]! > 0 ? sum / this.count[slot]! : 0));
    const centre = mean(raw);
    const scale = mode === 'divide' ? 1 + centre : 1;
    const indices = raw.map((index, slot) =>
      this.count[slot]! > 0 ? (index - centre) / scale : 0,
    );
    let scatter = 0;
    let freedom = 0;
    let leftOut = 0;
    let withoutAny = 0;
    let inverseCounts = 0;
    for (let slot = 0; slot < slots; slot++) {
      const count = this.count[slot]!;
      if (count < 2) continue;
      const own = this.squares[slot]! - count * raw[slot]! ** 2;
      scatter += own;
      freedom += count - 1;
      // The mean of the others misses a deviation by n / (n - 1) of its distance from the mean of all.
      leftOut += own * (count / (count - 1)) ** 2;
      withoutAny += this.squares[slot]!;
      inverseCounts += 1 / count;
    }
    const squaredIndex = mean(indices.map((index) => index * index));
    const indexVariance = (scatter / freedom) * (inverseCounts / this.repeated);
    const noiseShare = squaredIndex > 0 ? indexVariance / squaredIndex : 0;
    const stein = Math.max(0, slots - 3) / Math.max(1, slots - 1);
    const shrinkage = Math.max(0, 1 - stein * noiseShare);
    return {
      indices: indices.map((index) => index * shrinkage),
      isPredictive: leftOut < withoutAny,
    };
  }
}

/**
 * The mean over one cycle around each value; for an even cycle with half weights at both ends. The
 * first belongs to the value at `seasonLength >> 1`. Empty when the values do not cover a cycle.
 */
function centredAverage(values: Float64Array, seasonLength: number): Float64Array {
  const half = seasonLength >> 1;
  const isEven = seasonLength % 2 === 0;
  const count = values.length - 2 * half;
  if (count <= 0) return new Float64Array(0);
  const averages = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < seasonLength; i++) sum += values[i]!;
  for (let i = 0; i < count; i++) {
    const next = values[i + seasonLength] ?? 0;
    const shifted = sum + next - values[i]!;
    averages[i] = (isEven ? (sum + shifted) / 2 : sum) / seasonLength;
    sum = shifted;
  }
  return averages;
}
