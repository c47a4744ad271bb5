import { DomainError } from '../errors.ts';

/** Longest line that is read; what is longer is no CSV of metrics. */
const LONGEST_LINE = 1_000_000;

/** Cuts a text that comes in pieces into lines. Memory is one piece and one line. */
export interface LineSplitter {
  /** @throws {DomainError} `IMPORT_INVALID` for a line of more than a million characters */
  push(piece: string): void;
  /** The last line may have no line feed. */
  end(): void;
}

/**
 * Calls `onLine` for every line with its number, the first being 1. A carriage return before the line
 * feed does not belong to the line.
 */
export function lineSplitter(onLine: (line: string, number: number) => void): LineSplitter {
  let rest = '';
  let number = 0;
  const emit = (text: string, from: number, to: number) => {
    const end = to > from && text.charCodeAt(to - 1) === CARRIAGE_RETURN ? to - 1 : to;
    onLine(text.slice(from, end), ++number);
  };
  return {
    push(piece) {
      const text = rest === '' ? piece : rest + piece;
      let from = 0;
      for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
        if (to - from > LONGEST_LINE) throw tooLong(number + 1);
        emit(text, from, to);
        from = to + 1;
      }
      rest = text.slice(from);
      if (rest.length > LONGEST_LINE) throw tooLong(number + 1);
    },
    end() {
      if (rest !== '') emit(rest, 0, rest.length);
      rest = '';
    },
  };
}

const CARRIAGE_RETURN = 13;

/** Lines without end: there is no next row to go on with. */
function tooLong(line: number): DomainError {
  const message = `this is no CSV: line ${line} is longer than ${LONGEST_LINE} characters`;
  return new DomainError('IMPORT_INVALID', message, { line, longest: LONGEST_LINE });
}
