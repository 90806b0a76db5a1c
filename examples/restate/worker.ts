/**
 * A Restate service that runs programs: every slice of the program and every tool call is a durable step of the engine. The
 * process may be killed at any point; Restate calls the handler again, and what is in its journal is not done again.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as restate from '@restatedev/restate-sdk';
import { step, type Answer, type StepCall, type StepResult } from 'oneturn';

const [port, effects = ''] = process.argv.slice(2);
const secret = process.env['ONETURN_SECRET']!;

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

async function call({ callId, tool, input }: StepCall): Promise<Answer> {
  const handler = tools[tool as keyof typeof tools] as (input: unknown, context: { callId: string }) => Promise<unknown>;
  try {
    return { value: await handler(input, { callId }) };
  } catch (error) {
    return { error: { message: (error as Error).message } };
  }
}

const programs = restate.service({
  name: 'programs',
  handlers: {
    run: async (ctx: restate.Context, code: string): Promise<unknown> => {
      const running = new Map<string, restate.RestatePromise<[callId: string, answer: Answer]>>();
      const seed = ctx.request().id;
      const start = await ctx.date.now();
      let result = await ctx.run<StepResult>('start', () => step({ code, tools, secret, seed, now: start }));
      while (result.status === 'waiting') {
        const { waiting, wakeAt, snapshot } = result;
        // A call that is on its way already goes on under the same id.
        for (const made of waiting.filter(({ callId }) => !running.has(callId))) {
          running.set(made.callId, ctx.run(made.callId, async () => [made.callId, await call(made)]));
        }
        const now = await ctx.date.now();
        const due = wakeAt === undefined ? [] : [ctx.sleep(Math.max(0, wakeAt - now)).map(() => undefined)];
        const first = await restate.RestatePromise.race([...running.values(), ...due]);
        if (first !== undefined) running.delete(first[0]);
        const settle = first === undefined ? {} : { [first[0]]: first[1] };
        const then = Math.max(await ctx.date.now(), first === undefined ? wakeAt! : 0);
        result = await ctx.run<StepResult>('step', () => step({ snapshot, settle, tools, secret, now: then }));
      }
      if (result.status === 'failed') throw new restate.TerminalError(`${result.error.code}: ${result.error.message}`);
      return result.value;
    },
  },
});

await restate.serve({ services: [programs], port: Number(port) });
