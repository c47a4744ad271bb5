import { SOURCE_TYPES, type SourceType, sourceType } from '#contracts/config/source-types.ts';
import { closest } from '#core/closest.ts';
import { DomainError } from '#core/errors.ts';
import type { SourceKind } from './define-source.ts';

/** One row a source. Each is loaded when it is configured: their clients are large. */
const KINDS: Readonly<Partial<Record<SourceType, () => Promise<SourceKind>>>> = {
  'azure-monitor': async () => (await import('./azure-monitor-kind.ts')).azureMonitorKind,
  cloudwatch: async () => (await import('./cloudwatch-kind.ts')).cloudwatchKind,
  csv: async () => (await import('./csv-kind.ts')).csvKind,
  datadog: async () => (await import('./datadog-kind.ts')).datadogKind,
  'gcp-monitoring': async () => (await import('./gcp-monitoring-kind.ts')).gcpMonitoringKind,
  prometheus: async () => (await import('./prometheus-kind.ts')).prometheusKind,
  system: async () => (await import('./system-kind.ts')).systemKind,
};

/** Finds the kind of a source by the type that a configuration names. */
export type SourceLookup = (type: string) => Promise<SourceKind>;

/** The types that can be opened here. */
export function availableSources(): readonly SourceType[] {
  return SOURCE_TYPES.filter((type) => KINDS[type] !== undefined);
}

/**
 * The kind of source of a type; `gcp-monitoring` and `gcp_monitoring` are the same.
 * @throws {DomainError} `CONFIG_INVALID` naming the type and those there are, or the package it needs
 */
export const sourceOf: SourceLookup = async (type) => {
  const known = sourceType(type);
  const load = known && KINDS[known];
  if (load) return loaded(type, load);
  const available = availableSources();
  const meant = known === undefined ? closest(type, available) : undefined;
  const question = meant === undefined ? '' : `, did you mean ${meant}?`;
  const message = known
    ? `sources of type ${known} cannot be read by this version${question}`
    : `there is no source of type ${type}${question}`;
  throw new DomainError('CONFIG_INVALID', message, { type, available });
};

async function loaded(type: string, load: () => Promise<SourceKind>): Promise<SourceKind> {
  try {
    return await load();
  } catch (error) {
    const missing = missingPackage(error);
    if (missing === undefined) throw error;
    throw new DomainError(
      'CONFIG_INVALID',
      `sources of type ${type} need the package ${missing}, which is not installed`,
      { type, try: `npm install ${missing}` },
      error,
    );
  }
}

/** The package that an import has not found. */
function missingPackage(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (Reflect.get(error, 'code') !== 'ERR_MODULE_NOT_FOUND') return undefined;
  return /Cannot find package '([^']+)'/.exec(String(Reflect.get(error, 'message')))?.[1];
}
