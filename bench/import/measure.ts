/** One measurement in a process of its own, so that its memory is its own: mode, bytes or rows, file. */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { createApiClient } from '#cli/client.ts';
import { importFile, type SendBatch } from '#cli/import/import-file.ts';
import { lineSplitter } from '#core/csv/line-splitter.ts';
import { generateCsv } from './generate.ts';

export interface Measured {
  readonly rows: number;
  readonly bytes: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

const PIECE_BYTES = 65_536;
const KIB = 1_024;

const [mode = '', size = '0', file] = process.argv.slice(2);
const input = () =>
  file === undefined
    ? Readable.from(generateCsv(Number(size)), { objectMode: false })
    : createReadStream(file, { highWaterMark: PIECE_BYTES });

const measured = await measure();
process.stdout.write(`${JSON.stringify(measured)}\n`);

async function measure(): Promise<Measured> {
  switch (mode) {
    case 'lines':
      return timed(readLines);
    case 'csv-parse':
      return timed(readWithLibrary);
    case 'import':
      return timed((stream) => importWith(stream, async () => undefined));
    case 'store':
      return store();
    default:
      throw new Error(`no measurement ${mode}`);
  }
}

async function timed(read: (stream: Readable) => Promise<number>): Promise<Measured> {
  const stream = input();
  let bytes = 0;
  stream.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  stream.pause();
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const rows = await read(stream);
  const { user, system } = process.cpuUsage(cpu);
  return {
    rows,
    bytes,
    wallSeconds: (performance.now() - start) / 1e3,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * KIB,
  };
}

async function readLines(stream: Readable): Promise<number> {
  let rows = -1;
  const lines = lineSplitter(() => rows++);
  const decoder = new TextDecoder();
  for await (const piece of stream) lines.push(decoder.decode(piece, { stream: true }));
  lines.end();
  return rows;
}

async function readWithLibrary(stream: Readable): Promise<number> {
  let rows = -1;
  for await (const _ of stream.pipe(parse())) rows++;
  return rows;
}

async function importWith(stream: Readable, send: SendBatch): Promise<number> {
  const workloadOf = () => ({ deployment: 'bench' });
  const { rows, rejected } = await importFile(stream, { workloadOf, send });
  if (rejected > 0) throw new Error(`${rejected} rows were rejected`);
  return rows;
}

/** Into the stores of one machine, over HTTP as the command does it. */
async function store(): Promise<Measured> {
  // Only here: what it loads would be in the memory of the other measurements.
  const { startApplication } = await import('#server/application.ts');
  const dataDir = mkdtempSync(join(tmpdir(), 'helios-bench-'));
  const application = await startApplication({
    dataDir,
    host: '127.0.0.1',
    port: 0,
    sample: false,
    hostMetrics: false,
    schedule: false,
    onProgress: () => {},
    log: () => {},
  });
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const client = createApiClient(
    { fetch, sleep, random: Math.random },
    { endpoint: application.url },
  );
  try {
    return await timed((stream) =>
      importWith(stream, (batch) => client.call('ingest', { body: batch })),
    );
  } finally {
    await application.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
