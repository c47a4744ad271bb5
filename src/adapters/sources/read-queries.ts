import { DomainError, isDomainError } from '#core/errors.ts';
import type { ReadSeries, WindowAnswer } from './windowed-source.ts';

/** What one query came to. */
export interface QueryOutcome {
  readonly series: readonly ReadSeries[];
  /** Why a part of the answer is missing; undefined when it is whole. */
  readonly partial?: string | undefined;
}

/**
 * Makes queries one after the other, so that one that fails does not stop the others. What may pass is
 * reported as not whole; what was refused would be refused again and holds nothing back. Once the source
 * asks to slow down, nothing more is asked.
 *
 * @throws {DomainError} the first failure, where nothing was answered at all; `DEADLINE_EXCEEDED` when
 *   `signal` aborts
 */
export async function readQueries<Q>(
  queries: readonly Q[],
  nameOf: (query: Q) => string,
  readOne: (query: Q) => Promise<QueryOutcome>,
  signal: AbortSignal | undefined,
): Promise<WindowAnswer> {
  const series: ReadSeries[] = [];
  const problems: { metric: string; reason: string }[] = [];
  const failures: DomainError[] = [];
  let isWhole = true;
  let answered = 0;
  for (const query of queries) {
    const stopped = failures.find((error) => isDomainError(error, 'THROTTLED'));
    const metric = nameOf(query);
    if (stopped) {
      problems.push({ metric, reason: `not asked: ${stopped.message}` });
      continue;
    }
    try {
      const outcome = await readOne(query);
      answered++;
      for (const each of outcome.series) series.push(each);
      if (outcome.partial !== undefined) {
        isWhole = false;
        problems.push({ metric, reason: outcome.partial });
      }
    } catch (error) {
      if (!(error instanceof DomainError) || signal?.aborted) throw error;
      failures.push(error);
      problems.push({ metric, reason: error.message });
      if (error.retryable) isWhole = false;
      // Whoever is refused once is refused always.
      if (isDomainError(error, 'CONFIG_INVALID') && isOfCredentials(error)) throw error;
    }
  }
  const [first] = failures;
  if (first && answered === 0) throw first;
  return { series, problems, isWhole };
}

function isOfCredentials({ details }: DomainError): boolean {
  return details.status === 401;
}
