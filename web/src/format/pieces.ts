/** A piece of a line: text, or a time in ms since 1970. */
export type Piece = { readonly text: string } | { readonly at: number };

const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A text with the times in it taken out of the text around them. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ISO_TIME)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ at: Date.parse(match[0]) });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}
