import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { functionFolders } from '#test/helpers/function-handlers.ts';
import { ROOT } from '#test/helpers/repository.ts';

const RUNS = 100_000;

it.each(functionFolders())(
  `${RUNS} generated events do not break %s`,
  async (name) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'test/fuzz/main.ts', '--runs', String(RUNS), name],
      { cwd: ROOT, maxBuffer: 10_000_000 },
    );
    expect(JSON.parse(stdout)).toMatchObject({ function: name, events: RUNS });
  },
  3_600_000,
);
