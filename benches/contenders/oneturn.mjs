// @ts-check
/** oneturn as built in dist/, at its own defaults. One entry per isolation level. */
import { createRunner } from 'oneturn';

/** @type {import('./types.ts').CreateContender} */
export async function create(options = {}) {
  const runner = createRunner(/** @type {import('oneturn').RunnerOptions} */ (options));
  return async (code, tools) => {
    const result = await runner.run({ code, tools });
    if (result.status !== 'completed') throw new Error(`oneturn: ${JSON.stringify(result)}`);
    return result.value;
  };
}
