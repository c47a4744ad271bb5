import { realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formsOf } from '#adapters/config/allowed-keys.ts';
import { costPlanOf } from '#app/cost/cost-plan-of.ts';
import { formatDollars } from '#cli/render/dollars.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import {
  CONFIG_SCHEMA_FILE,
  configJsonSchema,
  type SchemaNode,
} from '#contracts/config/json-schema.ts';
import { MEASURE_NAMES } from '#contracts/measures.ts';

/**
 * Writes what is made from the schema of the configuration and from the cost plan:
 *
 *   node --import tsx scripts/config-reference.ts && npx biome format --write docs/reference
 *
 * A test fails while these files are not up to date.
 */
export const REFERENCE_FILE = 'docs/reference/configuration.md';

/** The text of docs/reference/configuration.md. */
export function configReference(): string {
  const { properties = {} } = configJsonSchema();
  const sections = Object.entries(properties).map(([key, node]) => section(key, node));
  return `${HEAD}\n${sections.join('\n')}`;
}

const HEAD = `# Configuration

\`helios.config.yaml\` configures the local process (\`helios serve\`) and the deployment (\`cdk deploy -c config=…\`) alike. Everything has a default; an unknown key is an error. \`helios config check\` names every mistake with its line, what was found and what is allowed. Examples that are valid: [examples/config](../../examples/config).

Editors complete and check the file by [helios.config.schema.json](helios.config.schema.json); in VS Code with the YAML extension, this first line is enough:

\`\`\`yaml
# yaml-language-server: $schema=docs/reference/helios.config.schema.json
\`\`\`

This page is made from the schema. \`[]\` is an entry of a list, \`*\` a name of your choice.
`;

function section(key: string, node: SchemaNode): string {
  const rows = [row(key, node, false), ...rowsIn(node, key)];
  return `## \`${key}\`\n\n| Key | Allowed | Default | Meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

function rowsIn(node: SchemaNode, path: string): readonly string[] {
  const seen = new Map<string, string[]>();
  for (const form of formsOf(node)) {
    for (const [key, child] of Object.entries(form.properties ?? {})) {
      const at = `${path}.${key}`;
      if (!seen.has(at)) {
        const isRequired = formsOf(node).every(({ required = [] }) => required.includes(key));
        seen.set(at, [row(at, merged(node, key, child), isRequired), ...rowsIn(child, at)]);
      }
    }
    if (form.items) for (const each of rowsIn(form.items, `${path}[]`)) seen.set(each, [each]);
    if (typeof form.additionalProperties === 'object') {
      for (const each of rowsIn(form.additionalProperties, `${path}.*`)) seen.set(each, [each]);
    }
  }
  return [...seen.values()].flat();
}

/** A key that has a fixed value in each form has the choice of them. */
function merged(node: SchemaNode, key: string, child: SchemaNode): SchemaNode {
  const values = formsOf(node).flatMap(({ properties = {} }) => properties[key]?.const ?? []);
  if (values.length < 2) return child;
  const { const: _, ...rest } = child;
  return { ...rest, enum: values };
}

function row(path: string, node: SchemaNode, isRequired: boolean): string {
  const cells = [`\`${path}\``, allowed(node), byDefault(node, isRequired), node.description ?? ''];
  return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |\n`;
}

function allowed(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum) return node.enum.map((each) => `\`${String(each)}\``).join(', ');
  const forms = formsOf(node);
  if (forms.length > 1) return [...new Set(forms.map(allowed))].join(' or ');
  if (node.type === 'array') return `a list`;
  if (node.type === 'object') return 'keys';
  const type = {
    integer: 'whole number',
    number: 'number',
    string: 'text',
    boolean: '`true`, `false`',
    null: '`null`',
  }[node.type ?? ''];
  const bounds = [
    node.exclusiveMinimum === undefined ? '' : `above ${node.exclusiveMinimum}`,
    node.minimum === undefined || Math.abs(node.minimum) > 1e15 ? '' : `from ${node.minimum}`,
    node.maximum === undefined || Math.abs(node.maximum) > 1e15 ? '' : `to ${node.maximum}`,
  ];
  return [type ?? 'any', ...bounds].filter(Boolean).join(' ');
}

function byDefault(node: SchemaNode, isRequired: boolean): string {
  if (isRequired) return '**required**';
  if (node.default === undefined) return '';
  const text = JSON.stringify(node.default);
  return text === '{}' && node.type === 'object' ? '' : `\`${text}\``;
}

/** The sizes of fleets that docs/guide/cost.md shows. */
const SIZES = [10, 100, 1_000, 10_000] as const;

const VARIANTS = [
  { name: 'as it comes, four measures a workload', config: {} },
  { name: 'all ten measures', config: { monitoring: { measures: [...MEASURE_NAMES] } } },
  { name: 'incidents only', config: { monitoring: { measures: ['OpenIncidents'] } } },
  {
    name: 'incidents only, every 15 minutes',
    config: {
      monitoring: { measures: ['OpenIncidents'] },
      schedules: { collect_every_minutes: 15 },
    },
  },
  { name: 'no measures', config: { monitoring: { measures: [] } } },
] as const;

/** The table of docs/guide/cost.md: what fleets of workloads with seven metrics cost a month. */
export function costTable(): string {
  const head = `| a month in us-east-1 | ${SIZES.map((size) => `${size.toLocaleString('en-US')} workloads`).join(' | ')} |\n|---|${SIZES.map(() => '---:').join('|')}|\n`;
  const rows = VARIANTS.map(({ name, config }) => {
    const cells = SIZES.map((workloads) => {
      const budget = { collection: { monthly_budget_usd: 1e6 } };
      const plan = costPlanOf(HeliosConfigSchema.parse({ ...config, ...budget }), { workloads });
      return `${formatDollars(plan.totalUsd)} (${formatDollars(plan.perWorkloadUsd)} each)`;
    });
    return `| ${name} | ${cells.join(' | ')} |\n`;
  });
  return head + rows.join('');
}

function main(): void {
  writeFileSync(CONFIG_SCHEMA_FILE, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  writeFileSync(REFERENCE_FILE, configReference());
  process.stdout.write(costTable());
}

const [, started = ''] = process.argv;
if (realpathSync(started) === fileURLToPath(import.meta.url)) main();
