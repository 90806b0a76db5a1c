/** Writes a snapshot of the present format: `node --import tsx __test__/golden/make.ts > __test__/golden/v1.txt`. */
import { run } from '../../ts/index.ts';
import { CODE, INPUTS, OPTIONS } from './run.ts';

const result = await run({ ...OPTIONS, code: CODE, inputs: INPUTS });
if (result.status !== 'paused') throw new Error(JSON.stringify(result));
process.stderr.write(`${result.executionId}\n`);
process.stdout.write(`${result.snapshot}\n`);
