/** Every type of source that a configuration may name. */
export const SOURCE_TYPES = [
  'azure-monitor',
  'cloudwatch',
  'csv',
  'datadog',
  'gcp-monitoring',
  'prometheus',
  'system',
] as const;
export type SourceType = (typeof SOURCE_TYPES)[number];

/**
 * The type that a name means: dashes and underscores are the same.
 *
 * @example
 * ```ts
 * sourceType('gcp_monitoring'); // => 'gcp-monitoring'
 * sourceType('gcp'); // => undefined
 * ```
 */
export function sourceType(name: string): SourceType | undefined {
  const spelled = name.toLowerCase().replaceAll('_', '-');
  return SOURCE_TYPES.find((type) => type === spelled);
}
