import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { publishPage, withdrawPage } from '#app/dashboard/publish-page.ts';
import type { PageBucket, PublishedFile } from '#app/ports/page-bucket.ts';
import {
  type CustomResourceAnswer,
  type PublishEvent,
  PublishEventSchema,
} from '#contracts/custom-resource.ts';

export interface PublishDeps {
  readonly bucket: PageBucket;
  /** The built page, out of the function's layer. */
  readonly readPage: () => Promise<readonly PublishedFile[]>;
  /** Tells CloudFormation, which waits an hour for an answer that does not come. */
  readonly answer: (url: string, answer: CustomResourceAnswer) => Promise<void>;
}

/** Puts the dashboard into its bucket when its stack is deployed, and takes it out when that is deleted. */
export function createHandler(deps: PublishDeps, logger: EventLogger) {
  const work = async (request: PublishEvent): Promise<CustomResourceAnswer> => {
    const answer = await outcomeOf(deps, request, logger);
    await deps.answer(request.ResponseURL, answer);
    return answer;
  };
  return createTaskHandler('publish', PublishEventSchema, work, logger);
}

async function outcomeOf(
  { bucket, readPage }: PublishDeps,
  request: PublishEvent,
  logger: EventLogger,
): Promise<CustomResourceAnswer> {
  const { RequestType, StackId, RequestId, LogicalResourceId, ResourceProperties } = request;
  const ids = { PhysicalResourceId: bucket.name, StackId, RequestId, LogicalResourceId };
  try {
    if (RequestType === 'Delete') {
      // Of a bucket that was replaced, this one is the successor.
      const isOurs = request.PhysicalResourceId === bucket.name;
      logger.info('page withdrawn', { files: isOurs ? await withdrawPage(bucket) : 0 });
    } else {
      const files = await publishPage(bucket, await readPage(), ResourceProperties.Settings);
      logger.info('page published', { files });
    }
    return { Status: 'SUCCESS', ...ids };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.error('page not published', { reason });
    const PhysicalResourceId = request.PhysicalResourceId ?? bucket.name;
    return { Status: 'FAILED', Reason: reason.slice(0, 1_000), ...ids, PhysicalResourceId };
  }
}
