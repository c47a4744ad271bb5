import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { RunListSchema } from '#contracts/http/train.ts';
import { ROUTES } from '#contracts/routes.ts';
import { type Application, startApplication } from '#server/application.ts';
import { packageRoot } from '#server/package-root.ts';

const run = promisify(execFile);
const root = packageRoot();
const readme = await readFile(join(root, 'README.md'), 'utf8');

/** The lines of all fenced blocks of one language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text]) => text ?? '',
  );
}

const commands = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .filter((line) => line !== '');
/** Shown by tests of their own: the install, and what needs a synthesis or an account. */
const ELSEWHERE = [/^npm ci && npm (start|test)$/, /^npx cdk (synth|deploy) /];
const executed = commands.filter((line) => !ELSEWHERE.some((pattern) => pattern.test(line)));

describe('README', () => {
  let application: Application;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'helios-readme-'));
    application = await startApplication({
      dataDir: join(folder, 'data'),
      host: '127.0.0.1',
      port: 0,
      sample: true,
      hostMetrics: true,
      schedule: false,
      onProgress: () => {},
      log: () => {},
    });
    await trainedSample(application.url);
  }, 120_000);

  afterAll(async () => {
    await application.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows commands at all', () => {
    expect(executed.length).toBeGreaterThan(12);
  });

  it.each(executed)(
    'runs: %s',
    async (line) => {
      const { stdout } = await execute(line, application.url, folder);
      expect(stdout.length).toBeGreaterThan(0);
      if (line.startsWith('curl')) {
        const answer: unknown = JSON.parse(stdout);
        expect(answer).not.toHaveProperty('error');
      }
    },
    60_000,
  );

  it('shows configurations that are valid', () => {
    const shown = blocks('yaml').map((config) => HeliosConfigSchema.parse(parse(config)));
    expect(shown.flatMap(({ workloads }) => workloads)).toHaveLength(1);
    expect(shown.flatMap(({ detection }) => detection.maintenance)).toHaveLength(1);
  });

  it('names only routes that exist', () => {
    const known = new Set(ROUTES.map(({ path }) => path));
    const table = readme.slice(
      readme.indexOf('| method and path |'),
      readme.indexOf('## Commands'),
    );
    const named = [...table.matchAll(/`(?:(?:GET|POST) )?(\/[^`]*)`/g)].map(
      ([, path]) => path ?? '',
    );
    const unknown = named.filter((path) => !known.has(path) && path !== '/rollback');
    expect(named.length).toBeGreaterThan(15);
    expect(unknown).toEqual([]);
  });
});

/** Runs one line as a reader would, against the server of this test. */
function execute(line: string, url: string, home: string) {
  const env = { ...process.env, HOME: home, HELIOS_ENDPOINT: url, NO_COLOR: '1' };
  const node = JSON.stringify(process.execPath);
  const command = line
    .replace(/^npx (helios(?:-agent)?)/, (_, name: string) => `${node} dist/bin/${name}.js`)
    .replace('localhost:8080', url.replace('http://', ''));
  return run('sh', ['-c', command], { cwd: root, env, maxBuffer: 16_777_216 });
}

async function trainedSample(url: string): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    // Jest runs the server's code ten times slower: a connection kept idle may be closed meanwhile.
    const answer = await fetch(`${url}/api/v1/runs`, { headers: { connection: 'close' } });
    const { runs } = RunListSchema.parse(await answer.json());
    if (runs.some(({ state }) => state === 'succeeded')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the sample was not trained in time');
}
