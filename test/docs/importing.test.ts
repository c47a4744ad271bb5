import { describe, expect, it } from '@jest/globals';
import { TIME_EXAMPLES } from '#core/csv/time-format.ts';
import { UNITS } from '#core/csv/units.ts';
import { ROOT, readRepositoryFile } from '#test/helpers/repository.ts';
import { run } from '#test/unit/cli/fake-environment.ts';

const GUIDE = readRepositoryFile('docs/guide/importing.md');
const EXAMPLES = [
  ...GUIDE.matchAll(/^```sh\nnpx helios (.*)\n```\n\n```text\n([\s\S]*?)^```/gm),
].map(([, command = '', output = '']) => ({ command, output }));

describe('the guide to importing', () => {
  it('shows a command for every form', () => {
    expect(EXAMPLES).toHaveLength(8);
    expect(GUIDE.match(/^```sh/gm)).toHaveLength(EXAMPLES.length);
  });

  it.each(EXAMPLES)('$command', async ({ command, output }) => {
    const argv = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    );
    const { out, err } = await run(argv, { workingDirectory: ROOT });
    expect((out + err).trimEnd()).toBe(output.trimEnd());
  });

  it('names every unit and every form of time', () => {
    const { count, ...converted } = UNITS;
    const units = Object.values(converted).flatMap((factors) => Object.keys(factors));
    const named = [...units, ...Object.keys(TIME_EXAMPLES)];
    expect(named.filter((name) => !GUIDE.includes(`\`${name}\``))).toEqual([]);
    expect(count).toEqual({ count: 1 });
  });
});
