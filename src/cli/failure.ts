import { DomainError, ERROR_CATALOGUE, type ErrorDetails } from '#core/errors.ts';
import { foreignError } from './foreign-error.ts';

/** Exit code of our own faults. */
export const EXIT_FAULT = 70;
/** Exit code of a check that found what it was told to fail on. */
export const EXIT_FINDINGS = 1;
/** Exit code of a command line that cannot be understood. */
export const EXIT_USAGE = 2;
/** Exit code of "there is not enough data for an answer". */
export const EXIT_INSUFFICIENT = 3;

/** The service answered in a way no caller can mend: its own fault, or not our protocol. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(code: string, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** The exit code that stands for `error`. */
export function exitCodeOf(error: unknown): number {
  return error instanceof DomainError ? ERROR_CATALOGUE[error.code].exit : EXIT_FAULT;
}

/**
 * An error as people read it: what was wrong, the values, what to do next.
 *
 * @param debug - adds the stack, for us
 */
export function describeFailure(error: unknown, options: { debug: boolean }): string {
  const lines = [`error: ${printable(foreignError(error).message)}`];
  if (error instanceof DomainError || error instanceof ServiceFault) {
    for (const [name, value] of Object.entries(error.details)) {
      lines.push(...detail(name, value));
    }
    if (error instanceof DomainError) lines.push(`  next: ${error.hint}`);
    lines.push(`  code: ${error.code}`);
  }
  if (options.debug && error instanceof Error && error.stack) lines.push(error.stack);
  else if (!(error instanceof DomainError)) {
    lines.push('  next: this is a fault of Helios or of the endpoint; DEBUG=1 shows where');
  }
  return `${lines.join('\n')}\n`;
}

const MOST_LIST_ENTRIES = 20;

function detail(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [`  ${name}: ${short(value)}`];
  if (value.length === 0) return [];
  const shown = value.slice(0, MOST_LIST_ENTRIES);
  const more = value.length - shown.length;
  // Sentences stand on lines of their own.
  if (name !== 'issues' && shown.every((entry) => typeof entry !== 'object')) {
    return [`  ${name}: ${shown.map(short).join(', ')}${more > 0 ? `, and ${more} more` : ''}`];
  }
  const lines = shown.map((entry) => `    - ${short(entry)}`);
  return [`  ${name}:`, ...lines, ...(more > 0 ? [`    and ${more} more`] : [])];
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return printable(text.length > 300 ? `${text.slice(0, 300)}...` : text);
}

/**
 * `text` without control characters: names and messages come from outside, and a terminal obeys
 * escape sequences.
 *
 * @example
 * ```ts
 * printable('a\u001b[31mb'); // => 'a [31mb'
 * ```
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ');
}
