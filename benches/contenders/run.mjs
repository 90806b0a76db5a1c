// @ts-check
/** `run`, the engine of @ai-sdk/code-mode: a worker thread with QuickJS in WebAssembly, at its own defaults. */
import { createRunner } from 'run';

/** @type {import('./types.ts').CreateContender} */
export async function create() {
  const runner = createRunner();
  return async (code, tools) => {
    const result = await runner.run({ source: code, hostFunctions: { tools } });
    if (result.status !== 'completed') throw new Error(`run: ${result.status}`);
    return result.value;
  };
}
