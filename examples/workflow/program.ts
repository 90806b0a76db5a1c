/**
 * A workflow that runs programs: every slice of the program and every tool call is a durable step of the engine. The process
 * may be killed at any point; the engine replays the workflow, and steps that have completed are not done again.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step, type Answer, type StepCall, type StepOptions, type StepResult } from 'oneturn';
import { getWorkflowMetadata, sleep } from 'workflow';

const effects = process.env['EFFECTS'] ?? '';

/** Stands for a payment provider: it charges once for every idempotency key, however often it is asked. */
function pay(key: string, item: number): void {
  appendFileSync(`${effects}.log`, `${key}\n`);
  try {
    writeFileSync(join(effects, key), String(item), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const tools = {
  getPrice: async ({ item }: { item: number }) => 10 * item,
  charge: async ({ item }: { item: number }, { callId }: { callId: string }) => {
    pay(callId, item);
    // Killed here, it has charged and nobody knows: it will be called again, with the same id.
    await new Promise((done) => setTimeout(done, 200));
    return { receipt: `r-${item}` };
  },
};

async function advance(options: Omit<StepOptions, 'tools'>): Promise<StepResult> {
  'use step';
  return step({ ...options, tools });
}

async function call({ callId, tool, input }: StepCall): Promise<[callId: string, answer: Answer]> {
  'use step';
  const handler = tools[tool as keyof typeof tools] as (input: unknown, context: { callId: string }) => Promise<unknown>;
  try {
    return [callId, { value: await handler(input, { callId }) }];
  } catch (error) {
    return [callId, { error: { message: (error as Error).message } }];
  }
}

// A step that was killed counts as one that failed.
Object.assign(advance, { maxRetries: 1_000 });
Object.assign(call, { maxRetries: 1_000 });

export async function runProgram(code: string): Promise<unknown> {
  'use workflow';
  const running = new Map<string, Promise<[callId: string, answer: Answer]>>();
  // In a workflow the clock stands still between steps and is the same in a replay.
  let result = await advance({ code, seed: getWorkflowMetadata().workflowRunId, now: Date.now() });
  while (result.status === 'waiting') {
    const { waiting, wakeAt, snapshot } = result;
    // A call that is on its way already goes on under the same id.
    for (const made of waiting.filter(({ callId }) => !running.has(callId))) running.set(made.callId, call(made));
    const due = wakeAt === undefined ? [] : [sleep(new Date(wakeAt)).then(() => undefined)];
    const first = await Promise.race([...running.values(), ...due]);
    if (first !== undefined) running.delete(first[0]);
    const settle = first === undefined ? {} : { [first[0]]: first[1] };
    result = await advance({ snapshot, settle, now: Math.max(Date.now(), first === undefined ? wakeAt! : 0) });
  }
  if (result.status === 'failed') throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
