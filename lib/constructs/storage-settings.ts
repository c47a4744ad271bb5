import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { DEFAULT_STORAGE, type StorageConfig } from '#contracts/config/storage.ts';

/** How everything that keeps data keeps it. */
export interface StorageSettings {
  readonly config: StorageConfig;
  /** The key of this deployment, where it has one of its own. */
  readonly key?: IKey;
}

const SETTINGS = new WeakMap<IConstruct, StorageSettings>();

/** Says how everything under `scope`'s app keeps its data. To be called before it is built. */
export function applyStorageSettings(scope: IConstruct, settings: StorageSettings): void {
  SETTINGS.set(scope.node.root, settings);
}

/** How `scope` is to keep its data: as its app was told, or as the defaults say. */
export function storageSettingsOf(scope: IConstruct): StorageSettings {
  return SETTINGS.get(scope.node.root) ?? { config: DEFAULT_STORAGE };
}
