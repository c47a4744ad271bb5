import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunction } from '#lib/constructs/bundling.ts';
import { FUNCTIONS_DIRECTORY, functionEntry } from '#lib/constructs/project.ts';

/** What a cold start of one function costs on this machine. */
export interface BundleMeasure {
  readonly function: string;
  /** Minified, loaded before the first event. */
  readonly start_bytes: number;
  /** Minified, loaded when it is needed. */
  readonly lazy_bytes: number;
  /** Median over fresh processes. */
  readonly import_ms: number;
  /** `import_ms` as a multiple of what an empty module takes in the same rounds. */
  readonly import_ratio: number;
}

/** What functions find in their environment on Lambda. */
const ENVIRONMENT = {
  OBSERVATIONS_TABLE_NAME: 'observations',
  CATALOG_TABLE_NAME: 'catalog',
  OBJECTS_URL: 's3://objects',
  COLLECT_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/collect',
  SCORE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/score',
  STATE_MACHINE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:training',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Bundles functions as they are deployed, weighs them and times their import in fresh processes. */
export function measureBundles(names: readonly string[], rounds: number): BundleMeasure[] {
  const place = mkdtempSync(join(tmpdir(), 'helios-bundles-'));
  try {
    const config = join(place, 'helios.config.json');
    writeFileSync(config, '{}');
    const empty = join(place, 'empty.mjs');
    writeFileSync(empty, 'export {};\n');
    const env = { ...ENVIRONMENT, CONFIG_PATH: config };
    return names.map((name) => {
      const bundle = bundleFunction(functionEntry(name), join(place, name));
      // Alternately, so that both see the same load of the machine.
      const times = Array.from({ length: rounds }, () => ({
        own: importMs(bundle.file, env),
        reference: importMs(empty, env),
      }));
      const own = median(times.map((each) => each.own));
      return {
        function: name,
        start_bytes: bundle.startBytes,
        lazy_bytes: bundle.lazyBytes,
        import_ms: own,
        import_ratio: own / median(times.map((each) => each.reference)),
      };
    });
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** Every function there is. */
export function functionNames(): readonly string[] {
  return readdirSync(FUNCTIONS_DIRECTORY).sort();
}

function importMs(file: string, env: Readonly<Record<string, string>>): number {
  const script = `const start = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    process.stdout.write(String(performance.now() - start));
    process.exit();`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { env, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${file} cannot be imported: ${stderr.slice(0, 1_000)}`);
  return Number(stdout);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
