import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageRoot } from './package-root.ts';
import { type TaskReply, TaskReplySchema, type TaskRequest } from './task-message.ts';

/** Runs pipeline tasks beside the server, each in a thread that shares nothing with it. */
export interface TaskPool {
  /** @throws {Error} whose `name` is the error name that Retry and Catch go by */
  run(name: string, payload: unknown): Promise<unknown>;
  close(): Promise<void>;
}

interface Waiting {
  readonly request: TaskRequest;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Seat {
  worker: Worker | undefined;
  current: Waiting | undefined;
}

/** Starts no thread: each starts with its first task, and is used again for the next. */
export function createTaskPool(options: {
  /** Threads at most. */
  readonly size: number;
  /** The functions' whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What a thread runs; the compiled `task-worker.ts` unless given. */
  readonly entry?: string | URL;
}): TaskPool {
  const { entry = join(packageRoot(), 'dist', 'src', 'server', 'task-worker.js') } = options;
  const seats: Seat[] = Array.from({ length: options.size }, () => ({
    worker: undefined,
    current: undefined,
  }));
  const queue: Waiting[] = [];
  let nextId = 1;
  let isClosed = false;

  const settle = (seat: Seat, reply: TaskReply) => {
    const { current } = seat;
    if (!current || current.request.id !== reply.id) return;
    seat.current = undefined;
    if (reply.ok) current.resolve(JSON.parse(reply.payload));
    else current.reject(namedError(reply.errorName, reply.message));
    feed();
  };

  const lose = (seat: Seat, reason: string) => {
    const { current } = seat;
    seat.worker = undefined;
    seat.current = undefined;
    // The name Lambda gives to a function that died: the state machine tries again.
    current?.reject(namedError('Lambda.ServiceException', reason));
    if (!isClosed) feed();
  };

  const startWorker = (seat: Seat): Worker => {
    const worker = new Worker(entry, { env: { ...options.env }, name: 'helios-task' });
    worker.on('message', (message: unknown) => settle(seat, TaskReplySchema.parse(message)));
    worker.on('error', (error) => lose(seat, `the worker failed: ${error.message}`));
    worker.on('exit', (code) => {
      if (seat.worker === worker) lose(seat, `the worker ended with code ${code}`);
    });
    worker.unref();
    return worker;
  };

  const feed = () => {
    for (const seat of seats) {
      if (seat.current || queue.length === 0) continue;
      const next = queue.shift();
      if (!next) return;
      seat.current = next;
      seat.worker ??= startWorker(seat);
      seat.worker.postMessage(next.request);
    }
  };

  return {
    run(name, payload) {
      if (isClosed) return Promise.reject(namedError('Lambda.ServiceException', 'shutting down'));
      return new Promise((resolve, reject) => {
        const request = { id: nextId++, name, payload: JSON.stringify(payload ?? null) };
        queue.push({ request, resolve, reject });
        feed();
      });
    },
    async close() {
      isClosed = true;
      for (const waiting of queue.splice(0)) {
        waiting.reject(namedError('Lambda.ServiceException', 'shutting down'));
      }
      await Promise.all(seats.map((seat) => seat.worker?.terminate()));
    },
  };
}

function namedError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
