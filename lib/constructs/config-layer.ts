import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';

const FILE_NAME = 'helios.config.json';

/**
 * The configuration as a file in a Lambda layer: with thousands of workloads it is far larger than
 * the 4 kB that environment variables may hold.
 */
export class ConfigLayer extends Construct {
  readonly layer: LayerVersion;
  /** Where functions with this layer find the file. */
  readonly path = `/opt/${FILE_NAME}`;

  constructor(scope: Construct, id: string, config: HeliosConfig) {
    super(scope, id);
    // The asset is copied into the cloud assembly by its constructor.
    const directory = mkdtempSync(join(tmpdir(), 'helios-config-'));
    try {
      writeFileSync(join(directory, FILE_NAME), JSON.stringify(config));
      this.layer = new LayerVersion(this, 'Layer', {
        code: Code.fromAsset(directory),
        description: 'helios.config.yaml as it was deployed',
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}
