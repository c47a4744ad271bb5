import { parseArgs } from 'node:util';
import fc from 'fast-check';
import * as z from 'zod';
import { ERROR_CATALOGUE } from '#core/errors.ts';
import { afterFirstTraining } from '#test/helpers/first-training.ts';
import { functionFolders, functionHandlers } from '#test/helpers/function-handlers.ts';
import { arbitraryEvents } from './arbitrary-events.ts';

/**
 * `node --import tsx test/fuzz/main.ts --runs 1000 [--seed N] [function…]`: sends every function this many
 * generated events and prints what it answered, a line of JSON each. Outside Jest, whose sandbox is ten
 * times slower. Exits with 1 where a promise was broken, with the smallest event that breaks it.
 */

/** Lambda's limit for an answer. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;

/** What an answer must never show: stacks, paths, names of tables and of what failed inside. */
const INTERNALS =
  /\bat \S+ \(|node_modules|\/src\/|\.ts:\d|file:\/\/|dynamodb|aws-sdk|s3:\/\/|\b(?:Type|Range|Syntax|Reference)Error\b|ZodError|is not a function|Cannot read propert/i;

const HttpAnswerSchema = z.object({ statusCode: z.int(), body: z.string() });
const QueueAnswerSchema = z.strictObject({
  batchItemFailures: z.array(z.strictObject({ itemIdentifier: z.string() })),
});

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});

for (const name of positionals.length > 0 ? positionals : functionFolders()) {
  process.stdout.write(`${JSON.stringify(await fuzz(name))}\n`);
}

async function fuzz(name: string) {
  const services = await afterFirstTraining(72);
  const handler = functionHandlers(services).handlers[name];
  if (!handler) throw new RangeError(`no function ${name}`);
  const answers: Record<string, number> = {};
  const started = performance.now();
  const result = await fc.check(
    fc.asyncProperty(arbitraryEvents(name), async (event) => {
      const kind = await outcomeOf(handler, event);
      answers[kind] = (answers[kind] ?? 0) + 1;
    }),
    { numRuns: Number(values.runs), seed: Number(values.seed), endOnFailure: false },
  );
  if (result.failed) process.exitCode = 1;
  return {
    function: name,
    events: result.numRuns,
    answers,
    ms: Math.round(performance.now() - started),
    ...(result.failed && {
      broken: String(result.errorInstance).slice(0, 2_000),
      event: JSON.stringify(result.counterexample).slice(0, 2_000),
    }),
  };
}

/** What a function made of an event. @throws {Error} where it broke a promise */
async function outcomeOf(
  handler: (event: unknown) => Promise<unknown>,
  event: unknown,
): Promise<string> {
  const expectsHttp = typeof Object(event).routeKey === 'string';
  let answer: unknown;
  try {
    answer = await handler(event);
  } catch (error) {
    if (expectsHttp || Array.isArray(Object(event).Records)) throw error;
    // The state machine and the schedules go by the name.
    const { name } = Object(error);
    if (name in ERROR_CATALOGUE) return name;
    throw error;
  }
  const text = JSON.stringify(answer) ?? '';
  if (Buffer.byteLength(text) > MAX_ANSWER_BYTES) throw new Error('the answer is over 6 MB');
  if (Reflect.has(Object.prototype, 'polluted')) throw new Error('Object.prototype was changed');
  const queued = QueueAnswerSchema.safeParse(answer).data;
  if (queued) return queued.batchItemFailures.length > 0 ? 'some failed' : 'done';
  const http = HttpAnswerSchema.safeParse(answer).data;
  if (!http) return 'output';
  if (http.statusCode >= 500) throw new Error(`status ${http.statusCode}: ${http.body}`);
  const leak = INTERNALS.exec(http.body);
  if (leak) throw new Error(`the answer shows ${leak[0]}: ${http.body.slice(0, 500)}`);
  return String(http.statusCode);
}
