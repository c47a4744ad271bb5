import { openPageBucket } from '#adapters/aws/page-bucket.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { readPage } from '#adapters/local/read-page.ts';
import { PublishEnvSchema } from '#contracts/env.ts';
import { createHandler } from './handler.ts';

const env = parseEnv(PublishEnvSchema, process.env);

export const handler = createHandler(
  {
    bucket: openPageBucket(env.PAGE_BUCKET_NAME),
    readPage: async () => {
      const files = await readPage(env.PAGE_PATH);
      if (files === undefined) throw new Error(`there is no page in ${env.PAGE_PATH}`);
      return files;
    },
    answer: async (url, answer) => {
      const body = JSON.stringify(answer);
      const { ok, status } = await fetch(url, {
        method: 'PUT',
        body,
        headers: { 'content-type': '' },
      });
      if (!ok) throw new Error(`CloudFormation answered ${status}`);
    },
  },
  createLogger('publish'),
);
