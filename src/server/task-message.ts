import * as z from 'zod';

/** A task for a worker thread: a function's name and its payload as JSON text. */
export const TaskRequestSchema = z.strictObject({
  id: z.number().int(),
  name: z.string().regex(/^[a-z-]+$/),
  payload: z.string(),
});
export type TaskRequest = z.infer<typeof TaskRequestSchema>;

/** What came of it: the output as JSON text, or the error by name, as Lambda reports it. */
export const TaskReplySchema = z.discriminatedUnion('ok', [
  z.strictObject({ id: z.number().int(), ok: z.literal(true), payload: z.string() }),
  z.strictObject({
    id: z.number().int(),
    ok: z.literal(false),
    errorName: z.string(),
    message: z.string(),
  }),
]);
export type TaskReply = z.infer<typeof TaskReplySchema>;
