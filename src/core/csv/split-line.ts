const QUOTE = '"';

/**
 * The fields of one line of CSV (RFC 4180), without the spaces around them. A field in quotes may hold
 * the delimiter, and a quote as two. It must end in its line: times, names and numbers hold no line
 * feeds, and obeyed across lines one quote that is never closed would swallow the rest of the file.
 *
 * @param delimiter - one character
 * @returns undefined when a quote is not closed, or something stands behind a closing one
 * @example
 * ```ts
 * splitLine('t, "a=1,b=""x""",0.5', ','); // => ['t', 'a=1,b="x"', '0.5']
 * splitLine('"2026,1', ','); // => undefined
 * ```
 */
export function splitLine(line: string, delimiter: string): readonly string[] | undefined {
  if (!line.includes(QUOTE)) {
    const fields = line.split(delimiter);
    for (let i = 0; i < fields.length; i++) fields[i] = fields[i]!.trim();
    return fields;
  }
  const fields: string[] = [];
  for (let from = 0; ; ) {
    const field = fieldAt(line, from, delimiter);
    if (field === undefined) return undefined;
    fields.push(field.text);
    if (field.end >= line.length) return fields;
    from = field.end + 1;
  }
}

interface Field {
  readonly text: string;
  /** Where the delimiter behind it stands, or the line ends. */
  readonly end: number;
}

function fieldAt(line: string, from: number, delimiter: string): Field | undefined {
  const next = line.indexOf(delimiter, from);
  const end = next < 0 ? line.length : next;
  const opening = line.indexOf(QUOTE, from);
  // A quote inside of a field is a letter like any other.
  if (opening < 0 || opening >= end || line.slice(from, opening).trim() !== '') {
    return { text: line.slice(from, end).trim(), end };
  }
  for (let at = line.indexOf(QUOTE, opening + 1); at >= 0; at = line.indexOf(QUOTE, at + 2)) {
    if (line[at + 1] === QUOTE) continue;
    const closed = line.indexOf(delimiter, at + 1);
    const stop = closed < 0 ? line.length : closed;
    if (line.slice(at + 1, stop).trim() !== '') return undefined;
    return {
      text: line
        .slice(opening + 1, at)
        .replaceAll('""', QUOTE)
        .trim(),
      end: stop,
    };
  }
  return undefined;
}
