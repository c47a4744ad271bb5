import * as z from 'zod';

/**
 * Parses a function's environment at its cold start, so that a bad deployment fails its first call.
 * @throws {Error} naming each variable that is missing or wrong, never its value
 */
export function parseEnv<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv): T {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new Error(
    `the environment is not as the function needs it: ${z.prettifyError(parsed.error)}`,
  );
}
