import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What is answered; `hang` never answers, `cut` ends the connection in the middle of the body. */
export type ApiAnswer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as JSON, a string as it is. */
      readonly body: unknown;
    }
  | 'hang'
  | 'cut';

/** An API on 127.0.0.1 that answers as a test says. */
export interface ApiServer {
  readonly url: string;
  readonly requests: readonly ApiRequest[];
  /** Requests to paths that hold `part`. */
  to(part: string): readonly ApiRequest[];
  close(): Promise<void>;
}

export async function startApiServer(
  answer: (request: ApiRequest) => ApiAnswer,
): Promise<ApiServer> {
  const requests: ApiRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      const request = {
        method: incoming.method ?? '',
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      requests.push(request);
      const given = answer(request);
      if (given === 'hang') return;
      if (given === 'cut') {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"half":');
        setImmediate(() => incoming.socket.destroy());
        return;
      }
      response.writeHead(given.status ?? 200, {
        'content-type': 'application/json',
        ...given.headers,
      });
      response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    to: (part) => requests.filter(({ path }) => path.includes(part)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
