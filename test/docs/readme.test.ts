import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { ROUTES } from '#contracts/routes.ts';
import { blocks, readme } from './readme-blocks.ts';

describe('README', () => {
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
