import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { packageRoot } from '#server/package-root.ts';
import { blocks } from './readme-blocks.ts';

const run = promisify(execFile);

/** Shown by tests of their own: the install, and what needs a synthesis or an account. */
const ELSEWHERE = [/^npm ci && npm (start|test)$/, /^npx cdk (synth|deploy) /];

const executed = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .filter((line) => line !== '' && !ELSEWHERE.some((pattern) => pattern.test(line)));

/**
 * Runs every command that the README shows, as a reader would after a first start.
 *
 * @param server - that has trained the sample, and an empty home; asked for when the tests run
 */
export function describeReadmeCommands(
  server: () => Promise<{ readonly url: string; readonly home: string }>,
): void {
  describe('the commands of the README', () => {
    it('are some', () => {
      expect(executed.length).toBeGreaterThan(12);
    });

    it.each(executed)(
      '%s',
      async (line) => {
        const { url, home } = await server();
        const { stdout } = await execute(line, url, home);
        expect(stdout.length).toBeGreaterThan(0);
        if (line.startsWith('curl')) {
          const answer: unknown = JSON.parse(stdout);
          expect(answer).not.toHaveProperty('error');
        }
      },
      60_000,
    );
  });
}

/** Runs one line as a reader would, against the server of this test. */
function execute(line: string, url: string, home: string) {
  const env = { ...process.env, HOME: home, HELIOS_ENDPOINT: url, NO_COLOR: '1' };
  const node = JSON.stringify(process.execPath);
  const command = line
    .replace(/^npx (helios(?:-agent)?)/, (_, name: string) => `${node} dist/bin/${name}.js`)
    .replace('localhost:8080', url.replace('http://', ''));
  return run('sh', ['-c', command], { cwd: packageRoot(), env, maxBuffer: 16_777_216 });
}
