import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { packageRoot } from './package-root.ts';
import { type TaskReply, TaskRequestSchema } from './task-message.ts';

/**
 * One worker thread of the local pipeline. It loads the very entry that Lambda loads, with the
 * environment of a function; nothing but JSON passes between the two sides.
 */
const port = parentPort;
if (!port) throw new Error('this file runs as a worker thread');

port.on('message', async (message: unknown) => {
  const { id, name, payload } = TaskRequestSchema.parse(message);
  let reply: TaskReply;
  try {
    const entry = join(packageRoot(), 'dist', 'functions', name, 'index.js');
    const { handler } = await import(pathToFileURL(entry).href);
    const output: unknown = await handler(JSON.parse(payload));
    reply = { id, ok: true, payload: JSON.stringify(output ?? null) };
  } catch (error) {
    const { name: errorName, message: text } =
      error instanceof Error ? error : { name: 'Error', message: String(error) };
    reply = { id, ok: false, errorName, message: text };
  }
  port.postMessage(reply);
});
