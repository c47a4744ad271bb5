import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { type AssetImageCode, Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunction } from './bundling.ts';
import { functionEntry, PROJECT_ROOT } from './project.ts';

const FOLDER = join(PROJECT_ROOT, 'layers', 'native-trainer');
const FILES = ['Dockerfile', 'package.json'] as const;

/**
 * The container image of `fit-recurrent`: its bundle, as any function's, beside
 * `@tensorflow/tfjs-node`. Only the folder is made here, so that synthesis needs no Docker; `cdk deploy`
 * builds and pushes it.
 *
 * @param use - makes the function, which copies the folder into the cloud assembly; then it is removed
 */
export function withNativeTrainerImage<T>(stack: Stack, use: (code: AssetImageCode) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'helios-native-trainer-'));
  try {
    for (const file of FILES) copyFileSync(join(FOLDER, file), join(directory, file));
    if (stack.bundlingRequired) bundleFunction(functionEntry('fit-recurrent'), directory);
    return use(Code.fromAssetImage(directory, { platform: Platform.LINUX_AMD64 }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
