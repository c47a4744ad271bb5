import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';

/** What every function runs on, and what every layer is made for. */
export const FUNCTION_RUNTIME = Runtime.NODEJS_24_X;
export const FUNCTION_ARCHITECTURE = Architecture.ARM_64;
