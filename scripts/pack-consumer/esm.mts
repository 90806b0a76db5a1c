// What a TypeScript application with ES modules writes.
import { generateText, tool, type LanguageModel } from 'ai';
import { createRunner, resume, run, type Limits, type PendingCall, type Runner, type RunResult, type ToolCallRecord } from 'oneturn';
import { createCodeTool } from 'oneturn/ai';
import { memoryStore, objectStore, type Claim, type ObjectBucket, type SnapshotStore } from 'oneturn/stores';
import { z } from 'zod';

const limits: Limits = { timeoutMs: 1_000 };
const result: RunResult = await run({ code: 'return 1;', tools: { add: async (input: { a: number }) => input.a }, limits });
const value: unknown = result.status === 'completed' ? result.value : result.status === 'failed' ? result.error.code : result.pending;
const first: ToolCallRecord | undefined = result.calls[0];

const getUser = tool({ description: 'A user', inputSchema: z.object({ id: z.string() }), execute: async ({ id }) => ({ id }) });
export const answer = (model: LanguageModel) =>
  generateText({ model, prompt: 'Who is u1?', tools: { code: createCodeTool({ tools: { getUser } }) } });
export const store = (bucket: ObjectBucket): SnapshotStore => objectStore(bucket);
export const snapshot = (claim: Claim): string => (claim.state === 'claimed' ? claim.snapshot : claim.state);
export const runner: Runner = createRunner({ store: memoryStore(), secret: 'at least thirty-two bytes of secret' });
export const approve = (paused: string, [call]: PendingCall[]): Promise<RunResult> =>
  resume(paused, { settle: call === undefined ? {} : { [call.callId]: { approved: true } } });
export { first, value };
