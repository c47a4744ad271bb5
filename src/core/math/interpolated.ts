/**
 * Straight lines through the missing values; the first and the last present value continued to the
 * ends. All zeros when nothing is present.
 */
export function interpolated(values: Float64Array): Float64Array {
  const result = values.slice();
  let before = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const left = before < 0 ? values[i]! : values[before]!;
    const slope = before < 0 ? 0 : (values[i]! - left) / (i - before);
    for (let j = before + 1; j < i; j++) result[j] = left + slope * (j - before);
    before = i;
  }
  result.fill(before < 0 ? 0 : values[before]!, before + 1);
  return result;
}
