import { DomainError } from '#core/errors.ts';

const PLACEHOLDER = /\$\{([A-Za-z][A-Za-z0-9]*)\}/g;

/**
 * Replaces every `${Name}` in the strings of a definition, as CloudFormation's
 * `DefinitionSubstitutions` does, and leaves the definition itself as it is.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a placeholder without a substitution
 * @example
 * ```ts
 * bindDefinition({ Bucket: '${BucketName}' }, { BucketName: 'runs' }); // => { Bucket: 'runs' }
 * ```
 */
export function bindDefinition<T>(
  definition: T,
  substitutions: Readonly<Record<string, string>>,
): T {
  const bind = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      return value.replace(PLACEHOLDER, (_, name: string) => {
        const bound = Object.hasOwn(substitutions, name) ? substitutions[name] : undefined;
        if (bound !== undefined) return bound;
        throw new DomainError('CONFIG_INVALID', `nothing is bound to \${${name}} at ${path}`, {
          path,
          placeholder: name,
          known: Object.keys(substitutions),
        });
      });
    }
    if (Array.isArray(value)) return value.map((item, index) => bind(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        bind(item, path === '' ? key : `${path}.${key}`),
      ]),
    );
  };
  return bind(definition, '') as T;
}
