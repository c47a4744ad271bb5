import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

/** One request as it must come, and how it is answered. */
const ExchangeSchema = z.strictObject({
  request: z.strictObject({
    method: z.enum(['GET', 'POST']),
    path: z.string(),
    query: z.record(z.string(), z.string()).default({}),
    body: z.unknown().optional(),
  }),
  response: z.strictObject({
    status: z.int(),
    /** Sent as JSON, a string as it is; `null` closes the connection without an answer. */
    body: z.unknown(),
  }),
});

/** A conversation with a server, in its order, and where its form comes from. */
export const RecordingSchema = z.strictObject({
  source: z.string(),
  exchanges: z.array(ExchangeSchema),
});
export type Exchange = z.input<typeof ExchangeSchema>;

/** A server on 127.0.0.1 that holds its side of a recorded conversation. */
export interface RecordedServer {
  readonly url: string;
  /** Headers of the requests that came, in their order. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
  /** Requests that were not the next one, and how many exchanges are left; nothing when all is well. */
  readonly deviations: () => readonly string[];
  close(): Promise<void>;
}

/** Answers each request of `exchanges` in turn, and any other with 418. */
export async function startRecordedServer(exchanges: readonly Exchange[]): Promise<RecordedServer> {
  const expected = exchanges.map((exchange) => ExchangeSchema.parse(exchange));
  const headers: Readonly<Record<string, unknown>>[] = [];
  const wrong: string[] = [];
  let next = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const text = Buffer.concat(chunks).toString('utf8');
      const came = {
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        ...(text === '' ? {} : { body: JSON.parse(text) }),
      };
      headers.push(request.headers);
      const exchange = expected[next];
      if (!exchange || !isDeepStrictEqual(came, exchange.request)) {
        wrong.push(`${next}: ${JSON.stringify(came)}`);
        response.writeHead(418).end();
        return;
      }
      next++;
      const { status, body } = exchange.response;
      if (body === null) {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    headers,
    deviations: () =>
      next === expected.length ? wrong : [...wrong, `${expected.length - next} exchanges are left`],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
