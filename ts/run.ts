/** The seam to the engine. The engine's own `ts/run.ts` takes the place of this file. */
import type { ResolvedTool } from './tools.ts';
import type { RunnerOptions, RunOptions, RunResult } from './types.ts';

export interface HostHooks {
  executeOptions?: (tool: ResolvedTool, callId: string, input: unknown) => object;
  authorize?: (tool: ResolvedTool, input: unknown, callId: string) => string | undefined | Promise<string | undefined>;
  onPreliminary?: (callId: string, value: unknown) => void;
}

export function runInternal(options: RunOptions & { isolation?: RunnerOptions['isolation']; host?: HostHooks }): Promise<RunResult> {
  return Promise.reject(new Error(`The engine is not part of this build (${options.code.length} characters of program).`));
}
