import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bundleFunction } from '#lib/constructs/bundling.ts';
import { functionEntry } from '#lib/constructs/project.ts';
import { describeBundles, isOf } from './describe-bundles.ts';

/** Functions that somebody waits for. */
const ANSWERING = ['capacity', 'catalog', 'detect', 'ingest', 'metrics', 'predict', 'recommend'];
/** What is compiled before the first answer. */
const MAX_START_BYTES = 400_000;

// One of each other kind; the rest is in bundles.slow.test.ts.
const bundles = describeBundles([...ANSWERING, 'train', 'finish', 'fit-boosting']);

describe('bundles', () => {
  it.each(ANSWERING)('of %s start with 400 kB at most, without the client of S3', (name) => {
    const { startBytes, startInputs, inputs } = bundles.of(name);
    expect(startBytes).toBeLessThanOrEqual(MAX_START_BYTES);
    const ofSdk = startInputs.filter((input) => /node_modules\/@(aws-sdk|smithy)\//.test(input));
    expect(ofSdk.filter((input) => !isOf(input, '@aws-sdk/util-dynamodb'))).toEqual([]);
    // It is there, and comes when it is needed.
    expect(inputs.some((input) => isOf(input, '@aws-sdk/client-s3'))).toBe(true);
  });

  it('are the same bytes each time', () => {
    const again = bundleFunction(functionEntry('ingest'), join(bundles.place, 'again'));
    const filesOf = (directory: string) =>
      readdirSync(join(bundles.place, directory)).map((file) => [
        file,
        readFileSync(join(bundles.place, directory, file), 'utf8'),
      ]);
    expect(again.startBytes).toBe(bundles.of('ingest').startBytes);
    expect(filesOf('again')).toEqual(filesOf('ingest'));
  });

  it('of a function build the schemas of its own routes only', () => {
    const { startInputs } = bundles.of('recommend');
    const tables = startInputs.filter((input) => /contracts.*routes/.test(input));
    expect(tables).toEqual([
      'src/contracts/routes/callers.ts',
      'src/contracts/routes/recommend.ts',
    ]);
  });

  it('of the catalog start without any resource, and hold each', () => {
    const { startInputs, inputs } = bundles.of('catalog');
    const early = /^(functions\/catalog\/resources|src\/contracts\/(http|config|routes))\//;
    expect(startInputs.filter((input) => early.test(input))).toEqual([
      'src/contracts/http/common.ts',
    ]);
    expect(inputs.filter((input) => input.startsWith('functions/catalog/resources/'))).toHaveLength(
      12,
    );
  });

  it.each(['detect', 'predict', 'recommend'])('of %s start without what others need', (name) => {
    const { startInputs } = bundles.of(name);
    expect(startInputs).not.toContain('src/app/services.ts');
    expect(startInputs).not.toContain('src/contracts/config/helios-config.ts');
  });
});
