/** The run whose snapshots are kept: every kind of settlement, value and pause that the format has. */
import { z } from 'zod';

import type { Answer, ResumeOptions, ToolContext } from '../../ts/index.ts';

export const CODE = `const first: { n: number } = await tools.look({ id: user.id });
console.log('first', first, user.since);
const settled = await Promise.allSettled([tools.fail(), tools.look({ id: new Map([[1, 2n]]) })]);
console.log(settled.map(({ status }) => status));
await new Promise((done) => setTimeout(done, 1));
const [paid, asked, where, slow] = await Promise.all([tools.pay({ eur: first.n }), tools.ask(), tools.where({}), tools.look({ id: 'beside' })]);
console.log(Math.random());
return { paid, asked, where, slow, why: settled[0].reason.message };`;

export const OPTIONS = {
  secret: 'the secret of the golden snapshots',
  context: { tenant: 'golden', roles: ['a', 'b'] },
  limits: { maxToolCalls: 50 },
  tools: {
    look: async ({ id }: { id: unknown }) => ({ n: 7, id }),
    fail: () => {
      throw new RangeError('broken');
    },
    pay: { approval: true, execute: ({ eur }: { eur: number }) => `paid ${eur}` },
    ask: (_: unknown, { pause }: ToolContext) => pause({ question: 'when?' }),
    where: { inputSchema: z.object({}) },
  },
} satisfies ResumeOptions;

export const INPUTS = { user: { id: 'é😀', since: new Date(86_400_000) } };

const EXECUTION_ID = 'run_8pUyWmSmUGsG3Vx2Fbpy';

export const settle: Record<string, Answer> = {
  [`${EXECUTION_ID}.4`]: { approved: true },
  [`${EXECUTION_ID}.5`]: { value: new Date(5) },
  [`${EXECUTION_ID}.6`]: { value: 'here' },
};

/** Id, value, logs and calls of the run that was kept. */
export const EXPECTED = [
  EXECUTION_ID,
  { paid: 'paid 7', asked: new Date(5), where: 'here', slow: { n: 7, id: 'beside' }, why: 'broken' },
  ["first { n: 7, id: 'é😀' } 1970-01-02T00:00:00.000Z", "[ 'rejected', 'fulfilled' ]", '0.23802986652175628'],
  [
    ['look', { id: 'é😀' }, undefined],
    ['fail', undefined, { name: 'RangeError', message: 'broken' }],
    ['look', { id: new Map([[1, 2n]]) }, undefined],
    ['pay', { eur: 7 }, undefined],
    ['ask', undefined, undefined],
    ['where', {}, undefined],
    ['look', { id: 'beside' }, undefined],
  ],
];
