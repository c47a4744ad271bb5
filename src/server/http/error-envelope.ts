import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ErrorEnvelope } from '#contracts/http/common.ts';
import { type DomainError, ERROR_CATALOGUE } from '#core/errors.ts';

/** The answer for an error of the catalogue. */
export function errorResult(
  error: DomainError,
  requestId: string,
): APIGatewayProxyStructuredResultV2 {
  const { code, message, details, hint } = error;
  const result = envelopeResult(ERROR_CATALOGUE[code].http, {
    error: { code, message, details: { ...details }, hint },
    request_id: requestId,
  });
  return { ...result, headers: { ...result.headers, ...headersOf(error) } };
}

/** What HTTP wants to be said in a header (RFC 9110 §15.5). */
function headersOf(error: DomainError): Record<string, string> {
  if (error.code === 'UNAUTHORIZED') return { 'www-authenticate': 'Bearer' };
  const { allowed } = error.details;
  if (error.code === 'METHOD_NOT_ALLOWED' && Array.isArray(allowed)) {
    return { allow: allowed.join(', ') };
  }
  return {};
}

/** The answer for a fault of ours: it tells where to look and nothing about the inside. */
export function internalErrorResult(requestId: string): APIGatewayProxyStructuredResultV2 {
  return envelopeResult(500, {
    error: {
      code: 'INTERNAL',
      message: 'the request failed for an internal reason',
      details: {},
      hint: 'the log of the server has the reason under this request_id',
    },
    request_id: requestId,
  });
}

/** An answer with this envelope as its body. */
export function envelopeResult(
  statusCode: number,
  envelope: ErrorEnvelope,
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(envelope),
  };
}
