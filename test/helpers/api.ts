import type * as z from 'zod';
import { ErrorEnvelopeSchema } from '#contracts/http/common.ts';

/** An answer of the API, its body parsed from JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** GET. */
export async function get(url: string, path: string): Promise<ApiAnswer> {
  return answerOf(await fetch(`${url}${path}`));
}

/** POST of JSON; a string is sent as it is. */
export async function post(
  url: string,
  path: string,
  body: unknown,
  contentType = 'application/json',
): Promise<ApiAnswer> {
  return answerOf(
    await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
}

/** The body of a success, checked against its schema. @throws {Error} with the body of anything else */
export function bodyOf<T>(answer: ApiAnswer, schema: z.ZodType<T>): T {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return schema.parse(answer.body);
}

/** Status and code of a refusal, whose body has the form of every error. */
export function refusalOf(answer: ApiAnswer): readonly [status: number, code: string] {
  return [answer.status, ErrorEnvelopeSchema.parse(answer.body).error.code];
}

async function answerOf(response: Response): Promise<ApiAnswer> {
  return { status: response.status, body: await response.json() };
}
