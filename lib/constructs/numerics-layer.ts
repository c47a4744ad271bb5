import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import * as z from 'zod';
import { PROJECT_ROOT } from './project.ts';
import { FUNCTION_ARCHITECTURE, FUNCTION_RUNTIME } from './runtime.ts';
import { type StagedPackage, stagePackages } from './stage-packages.ts';

const MANIFEST = join(PROJECT_ROOT, 'layers', 'numerics', 'package.json');

const ManifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  config: z.object({ max_unzipped_megabytes: z.number().positive() }),
});

/**
 * The training engines as a Lambda layer: WebAssembly and JavaScript, the same on every processor.
 *
 * A layer and not a part of the bundles, because the engines find their WebAssembly beside their own
 * files. ES modules are not imported from layers by name: code that uses an engine resolves it with
 * `createRequire`, which looks there.
 */
export class NumericsLayer extends Construct {
  readonly layer: LayerVersion;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // The asset is copied into the cloud assembly by its constructor.
    const directory = mkdtempSync(join(tmpdir(), 'helios-numerics-'));
    try {
      stageNumerics(directory);
      this.layer = new LayerVersion(this, 'Layer', {
        code: Code.fromAsset(directory),
        description: 'The training engines of Helios',
        compatibleRuntimes: [FUNCTION_RUNTIME],
        compatibleArchitectures: [FUNCTION_ARCHITECTURE],
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}

/**
 * Puts the contents of the layer into an empty folder: what `layers/numerics/package.json` lists, from
 * the packages that are installed in the root. No network, no npm.
 *
 * @returns the packages staged
 * @throws {Error} when a package cannot be staged, or the layer is larger than its manifest allows
 */
export function stageNumerics(directory: string): readonly StagedPackage[] {
  const { dependencies, config } = ManifestSchema.parse(JSON.parse(readFileSync(MANIFEST, 'utf8')));
  const staged = stagePackages({
    root: PROJECT_ROOT,
    dependencies,
    // Node functions look for packages in /opt/nodejs/node_modules.
    directory: join(directory, 'nodejs'),
  });
  const megabytes = staged.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  if (megabytes > config.max_unzipped_megabytes) {
    throw new Error(
      `the numerics layer has ${megabytes.toFixed(1)} MB, allowed are ${config.max_unzipped_megabytes} MB`,
    );
  }
  return staged;
}
