import { Stack } from 'aws-cdk-lib';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { type SecretReference, secretReferences } from '#contracts/config/secret.ts';
import { undeployable } from '#contracts/config/undeployable.ts';
import type { ServiceFunction } from './service-function.ts';

/**
 * Lets a function read the secrets that a part of the configuration refers to, and no others. A name
 * becomes the ARN that Secrets Manager makes of it, which ends in six characters of its own choice.
 */
export function allowSecrets(fn: ServiceFunction, ...parts: readonly unknown[]): void {
  const references = parts.flatMap(secretReferences);
  const arns = unique(references.map((reference) => arnOf(fn, reference)));
  if (arns.length === 0) return;
  fn.allow({ actions: ['secretsmanager:GetSecretValue'], resources: arns });
  const keys = unique(references.flatMap(({ kms_key_arn }) => kms_key_arn ?? []));
  for (const key of keys) {
    const [, partition, , region] = key.split(':');
    const service = `secretsmanager.${region}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
    fn.allow({
      actions: ['kms:Decrypt'],
      resources: [key],
      conditions: { StringEquals: { 'kms:ViaService': [service] } },
    });
  }
}

const SUFFIX = /-[A-Za-z0-9]{6}$/;

function arnOf(fn: ServiceFunction, { secret }: SecretReference): string {
  if (secret.startsWith('arn:')) return SUFFIX.test(secret) ? secret : `${secret}-??????`;
  const { partition, region, account } = Stack.of(fn);
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

/**
 * Refuses to deploy what only a machine with its own files could use, and secrets that stand in the file.
 * @throws {Error} naming every place
 */
export function refuseUndeployable({ sources, prometheus, write_back }: HeliosConfig): void {
  const { prometheus_remote_write: receiver } = write_back;
  const connections: readonly (readonly [string, object])[] = [
    ...sources.map((source, i) => [`sources.${i}`, source] as const),
    ...prometheus.map((server, i) => [`prometheus.${i}`, server] as const),
    ...(receiver ? [['write_back.prometheus_remote_write', receiver] as const] : []),
  ];
  const problems = connections.flatMap(([place, connection]) =>
    undeployable(connection).map(([key, message]) => `${place}.${key}: ${message}`),
  );
  if (problems.length === 0) return;
  throw new Error(`the configuration cannot be deployed:\n${problems.join('\n')}`);
}
