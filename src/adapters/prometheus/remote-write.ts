import { Writer } from 'protobufjs/minimal.js';
import { compress } from 'snappyjs';
import type { ResultSample, ResultWriter } from '#app/ports/result-writer.ts';
import type { RemoteWriteConfig } from '#contracts/config/write-back.ts';
import { DomainError } from '#core/errors.ts';
import { type ConnectDeps, connect } from './connect.ts';

/** Of one request; receivers take ten times as many. */
const SAMPLES_A_REQUEST = 2_000;
/** Answers of receivers are empty or a sentence. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * Samples to a receiver of Prometheus remote write 1.0,
 * https://prometheus.io/docs/specs/prw/remote_write_spec/: protobuf in the block format of Snappy, labels
 * sorted by name, times in milliseconds and ascending within a series. Answers of 4xx but 429 are final,
 * others are tried again; a batch that was taken twice is the same samples twice, which receivers drop.
 *
 * @throws {DomainError} `CONFIG_INVALID`
 */
export async function remoteWriter(
  config: RemoteWriteConfig,
  deps: ConnectDeps,
): Promise<ResultWriter> {
  const { url, timeoutMs, send } = await connect(config, deps);
  const push = async (samples: readonly ResultSample[]): Promise<void> => {
    const { status, body } = await send({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'user-agent': 'helios',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body: compress(writeRequest(samples, config.labels)),
      timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
    });
    if (status >= 200 && status < 300) return;
    const details = { host: url.host, status, answer: body.toString('utf8').slice(0, 300) };
    const code =
      status === 429 ? 'THROTTLED' : status >= 500 ? 'SOURCE_UNAVAILABLE' : 'CONFIG_INVALID';
    throw new DomainError(code, `${url.host} did not take the samples (${status})`, details);
  };
  return {
    async write(samples) {
      // One after the other: a series must reach the receiver in the order of its times.
      for (let i = 0; i < samples.length; i += SAMPLES_A_REQUEST) {
        await push(samples.slice(i, i + SAMPLES_A_REQUEST));
      }
    },
  };
}

/** Numbers of the fields of `prompb.WriteRequest`, shifted by their wire types. */
const FIELD = {
  timeseries: 10,
  labels: 10,
  samples: 18,
  name: 10,
  labelValue: 18,
  value: 9,
  timestamp: 16,
} as const;

/**
 * A message `prometheus.WriteRequest`.
 *
 * @param labels - added to every series; a series' own win
 */
export function writeRequest(
  samples: readonly ResultSample[],
  labels: Readonly<Record<string, string>> = {},
): Uint8Array {
  const writer = Writer.create();
  for (const { labels: all, points } of seriesOf(samples, labels)) {
    writer.uint32(FIELD.timeseries).fork();
    for (const [name, value] of all) {
      writer.uint32(FIELD.labels).fork();
      writer.uint32(FIELD.name).string(name).uint32(FIELD.labelValue).string(value).ldelim();
    }
    for (const { at, value } of points) {
      writer.uint32(FIELD.samples).fork();
      writer.uint32(FIELD.value).double(value).uint32(FIELD.timestamp).int64(at).ldelim();
    }
    writer.ldelim();
  }
  return writer.finish();
}

/** By series, labels in the order of their names and points in that of their times. */
function seriesOf(samples: readonly ResultSample[], added: Readonly<Record<string, string>>) {
  const series = new Map<
    string,
    { readonly labels: readonly (readonly [string, string])[]; readonly points: ResultSample[] }
  >();
  for (const sample of samples) {
    const labels = Object.entries({ ...added, ...sample.labels, __name__: sample.name })
      // An empty label is none.
      .filter(([, value]) => value !== '')
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const key = JSON.stringify(labels);
    const known = series.get(key);
    if (known) known.points.push(sample);
    else series.set(key, { labels, points: [sample] });
  }
  return [...series.values()].map(({ labels, points }) => ({
    labels,
    points: points.sort((one, other) => one.at - other.at),
  }));
}
