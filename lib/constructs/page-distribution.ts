import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DashboardConfig } from '#contracts/config/dashboard.ts';
import { contentSecurityPolicy } from '#contracts/dashboard-page.ts';
import { SET_PREFIX } from '#contracts/route-sets.ts';
import type { RouteApi } from './route-api.ts';

export interface PageDistributionProps {
  readonly api: RouteApi;
  readonly config: DashboardConfig;
  /** Origins besides its own that the page may ask. */
  readonly connect: readonly string[];
}

const PRICE_CLASSES = {
  '100': PriceClass.PRICE_CLASS_100,
  '200': PriceClass.PRICE_CLASS_200,
  all: PriceClass.PRICE_CLASS_ALL,
} as const;

/**
 * The page and the API behind one name, so that a browser needs no leave to ask another origin: the files of
 * a private bucket, and under `/app` the routes that take tokens.
 */
export class PageDistribution extends Construct {
  readonly bucket: Bucket;
  /** Address of the page, with a slash at the end. */
  readonly home: string;

  constructor(scope: Construct, id: string, props: PageDistributionProps) {
    super(scope, id);
    const { config, api } = props;
    this.bucket = pageBucket(this);
    const { domain } = config;
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'Helios: the dashboard',
      defaultRootObject: 'index.html',
      priceClass: PRICE_CLASSES[config.price_class],
      httpVersion: HttpVersion.HTTP2_AND_3,
      ...(domain && {
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        domainNames: [domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificate_arn),
      }),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(asBucket(this.bucket)),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
        // By what each file says of itself: assets for a year, the page not at all.
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: pageHeaders(this, props.connect),
        compress: true,
      },
      additionalBehaviors: {
        [`${SET_PREFIX.jwt}/*`]: {
          origin: new HttpOrigin(
            `${api.api.apiId}.execute-api.${Stack.of(this).region}.${Stack.of(this).urlSuffix}`,
            {
              protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
              readTimeout: Duration.seconds(30),
            },
          ),
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          // With the token; API Gateway knows its API by the host, which stays its own.
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
        },
      },
    });
    this.home = `https://${domain?.name ?? distribution.distributionDomainName}/`;
    acknowledge(distribution, domain !== undefined);
  }
}

/** CDK's own `Bucket` is no `IBucket` to `exactOptionalPropertyTypes`, which it was not written for. */
function asBucket(bucket: Bucket): IBucket {
  return Object(bucket);
}

/** Holds what was built and nothing else: deleted with its stack, made again with the next. */
function pageBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason: 'it holds the files of the page, which are the same for everybody, and no data at all',
  });
  return bucket;
}

function pageHeaders(scope: Construct, connect: readonly string[]): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, 'Headers', {
    comment: 'Helios: what the page may do',
    securityHeadersBehavior: {
      contentSecurityPolicy: {
        contentSecurityPolicy: contentSecurityPolicy(connect),
        override: true,
      },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: 'cross-origin-opener-policy', value: 'same-origin', override: true },
        { header: 'cross-origin-resource-policy', value: 'same-origin', override: true },
      ],
    },
  });
}

function acknowledge(distribution: Distribution, hasDomain: boolean): void {
  Validations.of(distribution).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-CFR1',
      reason: 'who may come in is decided by the token, wherever they are',
    },
    {
      id: 'AwsSolutions::AwsSolutions-CFR2',
      reason: 'a web application firewall costs more than all of this; the API throttles by itself',
    },
    {
      id: 'AwsSolutions::AwsSolutions-CFR3',
      reason:
        'the files of the page are the same for everybody; requests for data are in the log of the API',
    },
  );
  if (hasDomain) return;
  Validations.of(distribution).acknowledge({
    id: 'AwsSolutions::AwsSolutions-CFR4',
    reason:
      'the certificate of CloudFront itself fixes the protocol; dashboard.domain brings TLS 1.2',
  });
}
