import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Called after the test. */
export function onEnd(close: () => void): void {
  closers.push(close);
}

/** A request that came. */
export interface Came {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
}
export type Answer = (came: Came, response: ServerResponse) => void;

/** A server that answers its requests in turn, and from then on with the last answer. */
export async function fake(...answers: readonly Answer[]) {
  const came: Came[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
      came.push({ path: request.url ?? '', form, headers: request.headers });
      const answer = answers[Math.min(came.length, answers.length) - 1];
      const last = came.at(-1);
      if (last) answer?.(last, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, came };
}

export const says =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
export const matrix = (result: unknown, more: object = {}) =>
  says(200, { status: 'success', data: { resultType: 'matrix', result }, ...more });
/** At each time that was asked for: its minute of the hour. */
export const minutes: Answer = ({ form }, response) => {
  const values: [number, string][] = [];
  for (let at = Number(form.get('start')); at <= Number(form.get('end')); at += 60) {
    values.push([at, String((at / 60) % 60)]);
  }
  matrix([{ metric: { namespace: 'shop', deployment: 'web' }, values }])(
    { path: '', form, headers: {} },
    response,
  );
};
