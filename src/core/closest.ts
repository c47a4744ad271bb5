/**
 * The word of `words` that `word` was probably meant to be: at most two letters away by inserting,
 * deleting, replacing (Levenshtein 1966), and closer than half of the word.
 *
 * @example
 * ```ts
 * closest('endpont', ['endpoint', 'output']); // => 'endpoint'
 * ```
 */
export function closest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((candidate) => ({ candidate, distance: distance(word, candidate) }))
    .filter(({ candidate, distance: far }) => far <= 2 && far * 2 < candidate.length)
    .sort((left, right) => left.distance - right.distance);
  return best?.candidate;
}

function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
