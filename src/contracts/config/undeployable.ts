/** What must not stand in a file that is deployed as it is. */
const SECRET_KEYS = new Set([
  'password',
  'token',
  'api_key',
  'app_key',
  'application_key',
  'client_secret',
  'private_key',
  'refresh_token',
]);
/** Parts of a connection that hold such keys; in others, names are the user's own. */
const PARTS = ['auth', 'tls', 'credentials'];

/**
 * What a connection of a parsed configuration says that only this machine could use: secrets that stand
 * in the file itself, which would be deployed with it, and files, which a function does not have.
 *
 * @returns a message by the place
 * @example
 * ```ts
 * undeployable({ api_key: 'k' }).map(([place]) => place); // => ['api_key']
 * undeployable({ auth: { type: 'bearer', token_file: '/run/token' } }).map(([place]) => place); // => ['auth.token_file']
 * undeployable({ api_key: { secret: 'helios/datadog' } }); // => []
 * ```
 */
export function undeployable(
  connection: object,
): readonly (readonly [place: string, message: string])[] {
  return Object.entries(connection).flatMap(
    ([key, value]): readonly (readonly [string, string])[] => {
      if (PARTS.includes(key) && typeof value === 'object' && value !== null) {
        return undeployable(value).map(([place, message]) => [`${key}.${place}`, message]);
      }
      if (SECRET_KEYS.has(key) && typeof value === 'string') return [[key, SECRET_IN_FILE]];
      return key.endsWith('_file') && value !== undefined ? [[key, NO_FILES]] : [];
    },
  );
}

const SECRET_IN_FILE =
  'would be deployed with the configuration: write { secret: <name in AWS Secrets Manager> }';
const NO_FILES =
  'a function has no such file: write { secret: <name in AWS Secrets Manager> } for a password or a token; certificates of one’s own work with an agent and with helios serve';
