import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnElement, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { PROJECT_ROOT } from '#lib/constructs/project.ts';
import type { ServiceFunction } from '#lib/constructs/service-function.ts';
import { createHeliosStacks } from '#lib/stacks/helios-stacks.ts';

/** A resource as a template holds it. */
export type Resource = ReturnType<Template['findResources']>[string];

export interface DeployedFunction {
  readonly name: string;
  readonly stack: string;
  readonly logicalId: string;
  /** Path of the construct, e.g. `HeliosApi/Predict`. */
  readonly path: string;
  readonly resource: Resource;
}

/** Helios' templates, as `cdk synth` makes them with the flags of cdk.json, without bundles. */
export interface Synthesised {
  /** The tree of constructs, for checks that read it. */
  readonly app: App;
  readonly stackNames: readonly string[];
  readonly functions: ReadonlyMap<string, DeployedFunction>;
  /** The stacks that must be deployed before one. */
  dependenciesOf(stack: string): readonly string[];
  template(stack: string): Template;
  resources(stack: string): Readonly<Record<string, Resource>>;
  ofType(stack: string, type: string): readonly [logicalId: string, resource: Resource][];
  /** The contents of the JSON files of layers and functions, by name. Two assets may share one. */
  readonly assetFiles: ReadonlyMap<string, readonly string[]>;
  /**
   * A value with its references written out: `HeliosData/Catalog/Table.Arn` for an attribute,
   * `HeliosData/Catalog/Table` for a `Ref`, also across stacks; `REGION`, `ACCOUNT`, `PARTITION`.
   */
  resolve(stack: string, value: unknown): unknown;
}

const FlagsSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** Synthesises Helios in this process. */
export function synthesise(config: z.input<typeof HeliosConfigSchema> = {}): Synthesised {
  // The validator of templates takes most of the time; `cdk synth` runs it.
  process.env.CDK_VALIDATION = 'false';
  const flags = FlagsSchema.parse(JSON.parse(readFileSync(join(PROJECT_ROOT, 'cdk.json'), 'utf8')));
  const outdir = mkdtempSync(join(tmpdir(), 'helios-infra-'));
  const app = new App({
    outdir,
    analyticsReporting: false,
    context: {
      ...flags.context,
      // As the command line sets it.
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:bundling-stacks': [],
    },
  });
  const page = mkdtempSync(join(tmpdir(), 'helios-page-'));
  // A page that is enough for templates: the real one is built and looked at elsewhere.
  writeFileSync(join(page, 'index.html'), '<!doctype html>');
  const stacks = createHeliosStacks(app, HeliosConfigSchema.parse(config), { page });
  rmSync(page, { recursive: true });
  const all: readonly Stack[] = Object.values(stacks);
  const templates = new Map(all.map((stack) => [stack.stackName, Template.fromStack(stack)]));
  const dependencies = new Map(
    all.map((stack) => [
      stack.stackName,
      app
        .synth()
        .getStackByName(stack.stackName)
        .dependencies.map(({ id }) => id)
        .filter((id) => templates.has(id))
        .sort(),
    ]),
  );
  const assetFiles = readAssets(outdir);
  rmSync(outdir, { recursive: true });

  const template = (stack: string): Template => {
    const found = templates.get(stack);
    if (!found) throw new RangeError(`no stack ${stack}`);
    return found;
  };
  const resources = (stack: string): Readonly<Record<string, Resource>> =>
    template(stack).toJSON().Resources;
  const deployed = [
    stacks.api,
    stacks.collection,
    stacks.pipeline,
    stacks.actuation,
    stacks.dashboard,
  ]
    .flatMap((stack) => stack?.functions ?? [])
    .map((fn): [string, DeployedFunction] => [fn.name, describeFunction(fn, resources)]);
  return {
    app,
    stackNames: [...templates.keys()],
    functions: new Map(deployed),
    dependenciesOf: (stack) => dependencies.get(stack) ?? [],
    template,
    resources,
    ofType: (stack, type) => Object.entries(template(stack).findResources(type)),
    assetFiles,
    resolve: (stack, value) => resolveIn(template, stack, value),
  };
}

/** What CDK writes as one or as several, as several. */
export function list(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat();
}

function describeFunction(
  fn: ServiceFunction,
  resources: (stack: string) => Readonly<Record<string, Resource>>,
): DeployedFunction {
  const stack = Stack.of(fn);
  const child = fn.function.node.defaultChild;
  const logicalId = CfnElement.isCfnElement(child) ? stack.getLogicalId(child) : '';
  const resource = resources(stack.stackName)[logicalId];
  if (!resource) throw new RangeError(`${fn.name} is not in its template`);
  return { name: fn.name, stack: stack.stackName, logicalId, path: fn.node.path, resource };
}

function readAssets(outdir: string): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, readonly string[]>();
  for (const path of readdirSync(outdir, { recursive: true, encoding: 'utf8' })) {
    if (!path.startsWith('asset.') || !path.endsWith('.json')) continue;
    const name = path.split('/').at(-1) ?? path;
    files.set(name, [...(files.get(name) ?? []), readFileSync(join(outdir, path), 'utf8')]);
  }
  return files;
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': 'ACCOUNT',
  'AWS::Partition': 'PARTITION',
  'AWS::Region': 'REGION',
  'AWS::URLSuffix': 'SUFFIX',
};

function resolveIn(template: (stack: string) => Template, stack: string, value: unknown): unknown {
  const inner = (each: unknown): unknown => resolveIn(template, stack, each);
  const nameOf = (logicalId: string): string => {
    const path = template(stack).toJSON().Resources[logicalId]?.Metadata?.['aws:cdk:path'];
    if (typeof path !== 'string') throw new RangeError(`${stack} has no resource ${logicalId}`);
    return path.replace(/\/Resource$/, '');
  };
  if (Array.isArray(value)) return value.map(inner);
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = IntrinsicSchema.safeParse(value);
  if (!intrinsic.success) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]));
  }
  const found = intrinsic.data;
  if ('Ref' in found) return PSEUDO_PARAMETERS[found.Ref] ?? nameOf(found.Ref);
  if ('Fn::GetAtt' in found) {
    const [logicalId, attribute] = found['Fn::GetAtt'];
    return `${nameOf(logicalId)}.${attribute}`;
  }
  if ('Fn::Join' in found) {
    const [separator, parts] = found['Fn::Join'];
    return parts.map(inner).join(separator);
  }
  const { StackName, OutputName } = found['Fn::GetStackOutput'];
  const output = template(StackName).toJSON().Outputs[OutputName];
  return resolveIn(template, StackName, output.Value);
}

const IntrinsicSchema = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  z.strictObject({
    'Fn::GetStackOutput': z.object({ StackName: z.string(), OutputName: z.string() }),
  }),
]);
