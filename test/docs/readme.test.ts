import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { RunListSchema } from '#contracts/http/train.ts';
import { ROUTES } from '#contracts/routes.ts';
import { packageRoot } from '#server/package-root.ts';
import { bodyOf, get } from '#test/helpers/api.ts';
import { createSandbox } from '#test/helpers/helios-process.ts';
import { until } from '#test/helpers/until.ts';

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

const sandbox = createSandbox();
afterAll(() => sandbox.clear());

describe('README', () => {
  let url: string;
  let home: string;

  beforeAll(async () => {
    home = await sandbox.directory();
    ({ url } = await sandbox.serve(await sandbox.directory()));
    await until(180_000, 'the sample to be trained', async () => {
      const { runs } = bodyOf(await get(url, '/api/v1/runs'), RunListSchema);
      return runs.find(({ state }) => state === 'succeeded');
    });
  }, 240_000);

  it('shows commands at all', () => {
    expect(executed.length).toBeGreaterThan(12);
  });

  it.each(executed)(
    'runs: %s',
    async (line) => {
      const { stdout } = await execute(line, url, home);
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
