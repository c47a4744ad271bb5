/**
 * The known metrics that someone who wrote `name` may have meant, for error messages: those that
 * share a word with it (`cpu_usage`, `cpu_utilization`) or are a few typing errors away, nearest
 * first. Nothing when nothing is near.
 *
 * @param known - names to choose from, aliases included where they should be suggested
 * @example
 * ```ts
 * suggestMetrics('memroy_bytes', ['cpu_cores', 'memory_bytes']); // => ['memory_bytes']
 * ```
 */
export function suggestMetrics(
  name: string,
  known: Iterable<string>,
  limit = 3,
): readonly string[] {
  const asked = name.toLowerCase();
  const words = new Set(asked.split(/[^a-z0-9]+/).filter((word) => word !== ''));
  return [...known]
    .map((candidate) => ({ candidate, distance: editDistance(asked, candidate) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= Math.ceil(candidate.length / 3) ||
        candidate.split('_').some((word) => words.has(word)),
    )
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions and substitutions from one text to the other (Levenshtein 1966). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substitution = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
