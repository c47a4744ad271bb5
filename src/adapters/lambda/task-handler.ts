import type * as z from 'zod';
import { DomainError, isDomainError } from '#core/errors.ts';
import type { EventLogger } from './logger.ts';

/** What a task may read of its call: Lambda sets a limit, the local process gives a signal. */
export interface TaskContext {
  readonly signal?: AbortSignal;
  getRemainingTimeInMillis?(): number;
}

/**
 * The Lambda handler of a pipeline task: parses its payload, does the work, and gives an error the
 * name of its code, because the state machine's Retry and Catch go by the name.
 */
export function createTaskHandler<I, O>(
  name: string,
  schema: z.ZodType<I>,
  work: (input: I, remainingMs: () => number) => Promise<O>,
  logger: EventLogger,
): (event: unknown, context?: TaskContext) => Promise<O> {
  return async (event, context) => {
    try {
      const parsed = schema.safeParse(event);
      if (!parsed.success) {
        throw new DomainError('REQUEST_INVALID', `the payload of ${name} is not as expected`, {
          issues: parsed.error.issues.slice(0, 5).map(({ path, message }) => ({ path, message })),
        });
      }
      const remainingMs = () => context?.getRemainingTimeInMillis?.() ?? Infinity;
      const output = await work(parsed.data, remainingMs);
      logger.info('task done', { task: name });
      return output;
    } catch (error) {
      logger.error('task failed', {
        task: name,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      throw named(error);
    }
  };
}

function named(error: unknown): unknown {
  if (!isDomainError(error)) return error;
  const renamed = new Error(error.message, { cause: error });
  renamed.name = error.code;
  return renamed;
}
