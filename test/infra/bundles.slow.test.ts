import { readdirSync } from 'node:fs';
import { FUNCTIONS_DIRECTORY } from '#lib/constructs/project.ts';
import { describeBundles } from './describe-bundles.ts';

describeBundles(readdirSync(FUNCTIONS_DIRECTORY).sort());
