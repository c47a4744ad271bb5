import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** A certificate and its key in PEM, made for one test: nobody else believes it. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Someone who signs certificates. */
export interface TestAuthority extends TestCertificate {
  /** Of a server on 127.0.0.1, or of a client, that is called `name`. */
  issue(name: string): TestCertificate;
}

const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';
const SUBJECT_ALT_NAME = '551d11';

/**
 * An authority of its own for each test, because node:crypto reads X.509 and does not write it (RFC 5280;
 * DER by hand: a tag, a length, the content).
 */
export function testAuthority(): TestAuthority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sign = (subject: string, publicKey: KeyObject, extension: Buffer) =>
    certificate({
      issuer: 'test authority',
      subject,
      publicKey,
      extension,
      signedBy: own.privateKey,
    });
  const isAuthority = extensionOf(BASIC_CONSTRAINTS, sequence(der(0x01, Buffer.from([0xff]))));
  return {
    cert: sign('test authority', own.publicKey, isAuthority),
    key: pem(own.privateKey),
    issue(name) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = sequence(der(0x82, Buffer.from(name)), der(0x87, Buffer.from([127, 0, 0, 1])));
      const cert = sign(name, pair.publicKey, extensionOf(SUBJECT_ALT_NAME, names));
      return { cert, key: pem(pair.privateKey) };
    },
  };
}

function certificate(of: {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extension: Buffer;
  readonly signedBy: KeyObject;
}): string {
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const times = ['20200101000000Z', '99991231235959Z'];
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(of.issuer),
    sequence(...times.map((time) => der(0x18, Buffer.from(time)))),
    nameOf(of.subject),
    of.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(of.extension)),
  );
  const signature = createSign('SHA256').update(content).sign(of.signedBy);
  const whole = sequence(content, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(commonName)))));
}

function extensionOf(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x04, value));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
