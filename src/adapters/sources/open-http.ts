import { retrying } from '../http/retrying.ts';
import { type HttpConnection, nodeHttp, type SendHttp } from '../http/send-http.ts';
import type { SourceDeps } from './define-source.ts';

/** Tries of one request, the first included. */
export const SOURCE_ATTEMPTS = 3;

/**
 * A way to an API over the network, repeated a bounded number of times.
 *
 * @param each - wraps every single try
 */
export function openHttp(
  { clock, sleep, random }: Pick<SourceDeps, 'clock' | 'sleep' | 'random'>,
  each: (send: SendHttp) => SendHttp = (send) => send,
): HttpConnection {
  const network = nodeHttp();
  return {
    send: retrying(each(network.send), { attempts: SOURCE_ATTEMPTS, clock, sleep, random }),
    close: network.close,
  };
}
