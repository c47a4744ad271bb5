import { GcpMonitoringSourceSchema } from '#contracts/config/sources/gcp-monitoring.ts';
import { DomainError } from '#core/errors.ts';
import { SECOND } from '#core/time.ts';
import { defineSource } from './define-source.ts';
import { gcpCredentials } from './gcp-credentials.ts';
import { gcpSource } from './gcp-source.ts';
import { jsonApi } from './json-api.ts';
import { openHttp } from './open-http.ts';

/** Google Cloud Monitoring, as an agent's source. */
export const gcpMonitoringKind = defineSource({
  type: 'gcp-monitoring',
  summary: 'Google Cloud Monitoring: GKE containers, Compute Engine, Cloud SQL',
  schema: GcpMonitoringSourceSchema,
  async open(config, deps) {
    const http = openHttp(deps);
    const timeoutMs = config.request_timeout * SECOND;
    const credentials = await gcpCredentials({
      key: config.credentials,
      file: config.credentials_file,
      timeoutMs,
      send: http.send,
      deps,
    });
    const { env, name } = deps;
    const projectId =
      config.project_id ??
      env.GOOGLE_CLOUD_PROJECT ??
      env.GCLOUD_PROJECT ??
      (await credentials.projectId());
    if (projectId === undefined) {
      throw new DomainError('CONFIG_INVALID', `the source ${name} needs a project_id`, {
        or: 'GOOGLE_CLOUD_PROJECT',
      });
    }
    const { authoriser } = credentials;
    const base = config.endpoint ?? 'https://monitoring.googleapis.com';
    const source = gcpSource({
      api: jsonApi({ name: 'cloud monitoring', send: http.send, authoriser, timeoutMs }),
      project: new URL(`/v3/projects/${encodeURIComponent(projectId)}`, base),
      config,
      deps,
    });
    return { ...source, close: async () => http.close() };
  },
});
