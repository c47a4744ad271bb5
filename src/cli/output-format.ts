/** How answers can be printed. */
export const OUTPUT_FORMATS = ['table', 'json', 'yaml', 'csv', 'md'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
