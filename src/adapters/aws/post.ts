import {
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
} from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Keeps connections open between requests; its protocol is that of the address. */
  readonly agent: HttpAgent;
  readonly connectionTimeoutMs: number;
  /** From the first byte sent to the last one read. */
  readonly requestTimeoutMs: number;
}

export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it was sent. */
  readonly body: Buffer;
}

/**
 * Sends one request and reads its answer, whatever the answer says. No second attempt.
 *
 * @throws {Error} of the network; `TimeoutError` when one of the two limits is over
 */
export async function post(url: URL, options: PostOptions): Promise<PostAnswer> {
  const { headers, body, agent, connectionTimeoutMs, requestTimeoutMs } = options;
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sending = send(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    const fail = (error: Error) => {
      settle();
      sending.destroy();
      reject(error);
    };
    const connecting = setTimeout(
      () => fail(timeout(`no connection within ${connectionTimeoutMs} ms`)),
      connectionTimeoutMs,
    );
    const answering = setTimeout(
      () => fail(timeout(`no answer within ${requestTimeoutMs} ms`)),
      requestTimeoutMs,
    );
    const settle = () => {
      clearTimeout(connecting);
      clearTimeout(answering);
    };
    sending.on('error', fail);
    sending.on('socket', (socket) => {
      const connected = url.protocol === 'https:' ? 'secureConnect' : 'connect';
      if (socket.connecting) socket.once(connected, () => clearTimeout(connecting));
      else clearTimeout(connecting);
    });
    sending.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('aborted', () =>
        fail(
          Object.assign(new Error('the connection ended within the answer'), {
            code: 'ECONNRESET',
          }),
        ),
      );
      response.on('end', () => {
        settle();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        });
      });
    });
    sending.end(body);
  });
}

function timeout(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}
