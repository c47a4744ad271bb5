import { parentPort } from 'node:worker_threads';
import { type Job, type Reply, runJob } from './jobs.ts';

/** A thread of the benchmark: does the jobs it is sent, one after the other. */
const port = parentPort;
if (!port) throw new Error('this file runs as a worker thread');

port.on('message', async (job: Job) => {
  let reply: Reply;
  try {
    reply = { ok: true, outcome: await runJob(job) };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    reply = { ok: false, message };
  }
  port.postMessage(reply);
});
