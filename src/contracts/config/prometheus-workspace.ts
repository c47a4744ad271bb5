import type { PrometheusAuth } from './prometheus.ts';

/** A server of Amazon Managed Service for Prometheus, as far as its address tells. */
export interface PrometheusWorkspace {
  /** Undefined: the region that Helios runs in. */
  readonly region: string | undefined;
  /** Undefined: the address leads there by another name, so it may be any of the account. */
  readonly id: string | undefined;
}

/**
 * The region in the address of an AWS service, also behind an endpoint in a VPC.
 *
 * @example
 * ```ts
 * regionOfAddress(new URL('https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1')); // => 'eu-central-1'
 * regionOfAddress(new URL('https://vpce-1.aps-workspaces.eu-west-1.vpce.amazonaws.com/')); // => 'eu-west-1'
 * regionOfAddress(new URL('https://metrics.example.com/')); // => undefined
 * ```
 */
export function regionOfAddress({ hostname }: URL): string | undefined {
  const [, region] =
    /\.([a-z]{2}(?:-[a-z]+)+-\d)(?:\.vpce)?\.amazonaws\.com(?:\.cn)?$/.exec(hostname) ?? [];
  return region;
}

/**
 * The workspace that a connection reads or writes.
 *
 * @returns undefined where it is not signed for Amazon Managed Service for Prometheus
 * @example
 * ```ts
 * const signed = { type: 'sigv4', service: 'aps' } as const;
 * workspaceOf({ url: 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1', auth: signed });
 * // => { region: 'eu-central-1', id: 'ws-1' }
 * workspaceOf({ url: 'http://prometheus:9090', auth: { type: 'none' } }); // => undefined
 * ```
 */
export function workspaceOf(connection: {
  readonly url: string;
  readonly auth: PrometheusAuth;
}): PrometheusWorkspace | undefined {
  const { auth } = connection;
  if (auth.type !== 'sigv4' || auth.service !== 'aps') return undefined;
  const url = new URL(connection.url);
  const [, id] = /\/workspaces\/(ws-[A-Za-z0-9-]+)(?:\/|$)/.exec(url.pathname) ?? [];
  return { region: auth.region ?? regionOfAddress(url), id };
}
