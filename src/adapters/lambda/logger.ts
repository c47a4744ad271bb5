import { Logger } from '@aws-lambda-powertools/logger';

/** The part of a structured logger that handlers use: a constant event name, then its fields. */
export interface EventLogger {
  info(event: string, fields: Readonly<Record<string, unknown>>): void;
  error(event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** The logger of a Lambda function: one JSON object a line. */
export function createLogger(serviceName: string): EventLogger {
  const logger = new Logger({ serviceName });
  return {
    info: (event, fields) => logger.info(event, { ...fields }),
    error: (event, fields) => logger.error(event, { ...fields }),
  };
}
