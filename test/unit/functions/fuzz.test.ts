import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { functionFolders } from '#test/helpers/function-handlers.ts';
import { ROOT } from '#test/helpers/repository.ts';

it('no generated event breaks a function, nor makes it show what is inside', () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'test/fuzz/main.ts', '--runs', '1000'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 10_000_000 },
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  const results = lines.map((line) => JSON.parse(line));
  expect(results.filter(({ broken }) => broken !== undefined)).toEqual([]);
  expect([status, stderr]).toEqual([0, '']);
  expect(results.map(({ function: name, events }) => [name, events])).toEqual(
    functionFolders().map((name) => [name, 1_000]),
  );
  // Good events are among them: a function that refuses everything would pass the lines above.
  const answering = results.filter(({ answers }) =>
    ['200', '202', 'output', 'done'].some((kind) => answers[kind] > 0),
  );
  expect(answering.length).toBeGreaterThan(18);
}, 120_000);
