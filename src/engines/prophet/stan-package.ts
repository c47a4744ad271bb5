import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Prophet's Stan model compiled to WebAssembly, with its optimizer. */
export type StanPackage = typeof import('@bsull/augurs-prophet-wasmstan');

const require = createRequire(import.meta.url);

let current: Promise<StanPackage> | undefined;
let instance = 0;

/**
 * Stan's optimizer, loaded when it is first needed. The package is found as CommonJS finds packages,
 * so also in a Lambda layer (`NODE_PATH`), where an import by name does not look; its WebAssembly
 * lies beside its entry point.
 */
export function loadStan(): Promise<StanPackage> {
  current ??= importStan().catch((error: unknown) => {
    current = undefined;
    throw error;
  });
  return current;
}

/**
 * Has the next `loadStan` make a new instance. One that has trapped does not give its stack back:
 * after some fifteen traps it never returns.
 */
export function discardStan(): void {
  current = undefined;
  instance++;
}

async function importStan(): Promise<StanPackage> {
  const entry = pathToFileURL(require.resolve('@bsull/augurs-prophet-wasmstan'));
  if (instance > 0) entry.searchParams.set('instance', String(instance));
  return await import(entry.href);
}
