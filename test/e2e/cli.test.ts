import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { startDynalite } from '#adapters/local/dynalite-server.ts';
import { ModelListSchema } from '#contracts/http/catalog.ts';
import { type PredictResponse, PredictResponseSchema } from '#contracts/http/predict.ts';
import { MINUTE } from '#core/time.ts';
import { createSandbox, type Finished } from '#test/helpers/helios-process.ts';

const sandbox = createSandbox();
afterAll(() => sandbox.clear());

const START = Date.parse('2014-04-10T00:00:00Z');
const DAY_STEPS = 288;
const STEPS = 10 * DAY_STEPS;
/** Rows 7, 107, ... 2,807 were interpolated by whoever wrote the file: they are no measurements. */
const FILLED = 29;
/** The values swing by 20 in a day; a forecast that knows that is off by the jitter only. */
const JITTER = 1;

function shapeAt(step: number): number {
  return 50 + 10 * Math.sin((2 * Math.PI * step) / DAY_STEPS);
}

function timeAt(step: number): string {
  return new Date(START + step * 5 * MINUTE).toISOString().replace('.000', '');
}

let dataDir: string;
let shop: string;
/** What was forecast of the shop without a server. */
let forecast: PredictResponse;

beforeAll(async () => {
  dataDir = await sandbox.directory();
  shop = await writeShape('shop.csv');
});

/** A file in the form of the public data sets: five minutes, some days, long ago. */
async function writeShape(name: string): Promise<string> {
  const rows = Array.from({ length: STEPS }, (_, step) => {
    const jitter = (((step * 7_919) % 11) / 10) * JITTER;
    const filled = step % 100 === 7 ? 1 : 0;
    return `${timeAt(step)},${(shapeAt(step) + jitter).toFixed(2)},${filled}`;
  });
  const file = join(await sandbox.directory(), name);
  await writeFile(file, `timestamp,value,filled\n${rows.join('\n')}\n`);
  return file;
}

const helios = (...args: readonly string[]) => sandbox.helios([...args, '--data-dir', dataDir]);

/** What a command has printed as JSON; it must have succeeded and said nothing of trouble. */
function printed<T>({ code, stdout, stderr }: Finished, schema: z.ZodType<T>): T {
  expect({ code, stderr: stderr.match(/error|warn/i) }).toEqual({ code: 0, stderr: null });
  return schema.parse(JSON.parse(stdout));
}

/** The stages as the seeds call them. */
const STAGE_TITLES = [
  'Data validation',
  'Feature engineering',
  'Model training',
  'Model evaluation',
  'Model registration',
];

const NO_SERVER = 'no server is running';

/** Import, train and predict of one file, as a person does it. */
function describeCommands(deployment: string, file: () => string, isInProcess: boolean): void {
  const spoken = (stderr: string) => expect(stderr.includes(NO_SERVER)).toBe(isInProcess);

  it('import stores every row that was measured', async () => {
    const { code, stdout, stderr } = await helios('import', file());
    expect({ code, stderr: stderr.replaceAll(/.*no server.*\n/g, '') }).toMatchObject({ code: 0 });
    expect(stdout).toContain('2,851 stored');
    expect(stdout).toContain(`${FILLED} left out: interpolated by the exporter`);
    spoken(stderr);
  }, 60_000);

  it('train shows the stages and how every model compares', async () => {
    const { code, stdout, stderr } = await helios('train', '-n', 'imported', '-d', deployment);
    expect({ code, stderr }).toEqual({ code: 0, stderr });
    for (const stage of STAGE_TITLES) {
      expect(stderr).toMatch(new RegExp(`imported/${deployment} +${stage} +done`));
      expect(stdout).toMatch(new RegExp(`\\d\\. ${stage} +succeeded`));
    }
    expect(stdout).toContain('day-naive');
    spoken(stderr);
  }, 120_000);

  it('predict knows the shape of the day, and how good it is', async () => {
    const asked = ['predict', 'value', '-n', 'imported', '-d', deployment];
    const answer = printed(await helios(...asked, '-o', 'json'), PredictResponseSchema);
    expect(answer).toMatchObject({ stage: 'champion', simulated: false, periods: 12 });
    expect(answer.predictions.map(({ timestamp }) => Date.parse(timestamp))).toEqual(
      Array.from({ length: 12 }, (_, i) => START + (STEPS + i) * 5 * MINUTE),
    );
    const misses = answer.predictions.map(({ value }, i) => Math.abs(value - shapeAt(STEPS + i)));
    expect(Math.max(...misses)).toBeLessThan(2 * JITTER);
    expect(answer.skill?.vs_naive).toBeGreaterThan(0.05);
    expect(answer.reasons.map(({ code }) => code)).toContain('DATA_STALE');

    const { code, stdout, stderr } = await helios(...asked);
    forecast ??= answer;
    expect({ code, stderr }).toEqual({ code: 0, stderr });
    expect(stdout).toContain(answer.model);
    expect(stdout).toMatch(/cover/i);
    spoken(stderr);
  }, 60_000);

  it('status and models tell what serves', async () => {
    const status = await helios('status');
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toContain(`imported/${deployment}`);
    const asked = ['models', '-n', 'imported', '-d', deployment, '-o', 'json'];
    const { models } = printed(await helios(...asked), ModelListSchema);
    expect(models.map(({ metric, stage }) => ({ metric, stage }))).toEqual([
      { metric: 'value', stage: 'champion' },
      { metric: 'value.hourly', stage: 'champion' },
    ]);
  }, 60_000);
}

describe('without a server', () => {
  describeCommands('shop', () => shop, true);

  it('import of the same file stores nothing twice', async () => {
    const Report = z.object({ files: z.array(z.object({ stored: z.number() })) });
    const [again] = printed(await helios('import', shop, '-o', 'json'), Report).files;
    // The batches are known by their ids, and answered as they were the first time.
    expect(again?.stored).toBe(STEPS - FILLED);
    const Status = z.object({ workloads: z.array(z.object({ first_seen: z.string() })) });
    const { workloads } = printed(await helios('status', '-o', 'json'), Status);
    expect(workloads.map(({ first_seen }) => Date.parse(first_seen))).toContain(START);
  }, 60_000);

  it('a data directory that somebody else holds is left alone, and it is said why', async () => {
    const held = await sandbox.directory();
    const holder = await startDynalite({ path: join(held, 'tables') });
    const { code, stderr } = await sandbox.helios(['predict', 'cpu', '--data-dir', held]);
    await holder.close();
    expect(code).toBe(4);
    expect(stderr).toContain(`${held} is used by another process`);
    expect(stderr).toContain('take another --data-dir');
    expect(stderr).toContain('code: STORE_LOCKED');
  });
});

describe('beside a server on the same data directory', () => {
  let market: string;
  beforeAll(async () => {
    market = await writeShape('market.csv');
    await sandbox.serve(dataDir, '--no-sample', '--no-host');
  });

  describeCommands('market', () => market, false);

  it('what was trained without it is served by it, as before', async () => {
    const asked = ['predict', 'value', '-n', 'imported', '-d', 'shop', '-o', 'json'];
    const answer = printed(await helios(...asked), PredictResponseSchema);
    expect(answer.version).toBe(forecast.version);
    expect(answer.predictions).toEqual(forecast.predictions);
  });
});

describe('the exit code', () => {
  it.each([
    [2, 'a workload that is not known', ['predict', 'cpu', '-d', 'nobody'], 'NOT_FOUND'],
    [2, 'a metric that is not known', ['predict', 'cpu', '-n', 'imported', '-d', 'shop'], 'value'],
    [2, 'a command that is not known', ['predikt'], 'unknown command'],
    [2, 'no metric', ['predict'], 'missing metric'],
    [2, 'a number out of range', ['predict', 'cpu', '-p', '0'], 'from 1 to'],
    [2, 'a file that is not there', ['import', 'nothing.csv'], 'IMPORT_INVALID'],
  ])('is %d for %s', async (expected, _, args, said) => {
    const { code, stdout, stderr } = await helios(...args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toContain(said);
  });

  it('is 3 where the data are too few to learn from', async () => {
    const file = join(await sandbox.directory(), 'few.csv');
    await writeFile(file, `timestamp,value\n${timeAt(0)},1\n${timeAt(1)},2\n`);
    expect(await helios('import', file)).toMatchObject({ code: 0 });
    const training = await helios('train', '-n', 'imported', '-d', 'few');
    expect(training).toEqual({ ...training, code: 3 });
    const { code, stderr } = await helios('predict', 'value', '-n', 'imported', '-d', 'few');
    expect(code).toBe(3);
    expect(stderr).toContain('HISTORY_TOO_SHORT');
  }, 60_000);

  it('is 5 where nobody answers', async () => {
    const asked = ['status', '--endpoint', 'http://127.0.0.1:1'];
    expect(await sandbox.helios(asked)).toMatchObject({ code: 5 });
  });
});

describe('settings', () => {
  it('are kept, and shown with where they come from', async () => {
    const home = await sandbox.directory();
    const run = (...args: readonly string[]) => sandbox.helios(args, { home });
    expect(await run('config', 'set', 'endpoint', 'http://127.0.0.1:1')).toMatchObject({ code: 0 });
    const Setting = z.object({ value: z.unknown(), origin: z.string(), from: z.string() });
    const shown = await run('config', 'show', '-o', 'json', '--data-dir', dataDir);
    expect(printed(shown, z.record(z.string(), Setting))).toMatchObject({
      endpoint: { value: 'http://127.0.0.1:1', origin: 'file' },
      output: { value: 'json', origin: 'flag' },
      data_dir: { value: dataDir, origin: 'flag', from: '--data-dir' },
      api_key_file: { value: null, origin: 'default' },
    });
    expect(await run('status')).toMatchObject({ code: 5 });
    expect(await run('config', 'unset', 'endpoint')).toMatchObject({ code: 0 });
    const after = await run('config', 'show', '-o', 'json');
    expect(printed(after, z.record(z.string(), Setting))).toMatchObject({
      endpoint: { origin: 'default' },
    });
  });

  it('that do not exist are refused', async () => {
    expect(await sandbox.helios(['config', 'set', 'endpint', 'x'])).toMatchObject({ code: 2 });
  });
});
