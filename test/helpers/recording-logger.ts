import type { EventLogger } from '#adapters/lambda/logger.ts';

/** One line of a log. */
export interface LogLine {
  readonly level: 'info' | 'error';
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that keeps its lines for tests to read. */
export function recordingLogger(): EventLogger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  return {
    lines,
    info: (event, fields) => lines.push({ level: 'info', event, fields }),
    error: (event, fields) => lines.push({ level: 'error', event, fields }),
  };
}
