import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A process that takes an agent's batches and keeps nothing, so that the agent's memory alone is measured:
 * tells its address on a line of standard output, and answers a GET with the samples it was sent.
 */
let received = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString('latin1');
    received += text.split('"timestamp"').length - 1;
    response.end(String(received));
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
