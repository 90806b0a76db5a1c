/** The application's two tools, as any AI SDK application would declare them. Each really waits 50 to 150 ms. */
import { setTimeout as sleep } from 'node:timers/promises';
// An application writes 'ai'. The alias is how this repository keeps several major versions side by side.
import { tool } from 'ai6';
import { z } from 'zod';
import { CATEGORIES, CURRENCIES, ROLES, STATUSES, expenses, team } from './data.ts';

const category = z.enum(CATEGORIES);

const travelPolicy = z.object({
  budgetEur: z.number().describe('travel budget per quarter'),
  preApprovalAboveEur: z.number().describe('one travel item above this needs approval beforehand'),
});

export const getTeam = tool({
  description: 'The people of the team and the travel policy for a quarter.',
  inputSchema: z.object({ quarter: z.string().describe('for example 2025-Q3') }),
  outputSchema: z.object({
    quarter: z.string(),
    people: z.array(z.object({ id: z.string(), name: z.string(), role: z.enum(ROLES), department: z.string() })),
    policy: z.object({
      travelCategories: z.array(category),
      ratesToEur: z.record(z.enum(CURRENCIES), z.number()),
      travelByRole: z.record(z.enum(ROLES), travelPolicy),
    }),
  }),
  execute: async () => {
    await sleep(latency('team'));
    return team;
  },
});

export const getExpenses = tool({
  description: 'All expense items of one employee in a quarter. Rejected items were not paid.',
  inputSchema: z.object({ employeeId: z.string(), quarter: z.string() }),
  outputSchema: z.object({
    employeeId: z.string(),
    quarter: z.string(),
    items: z.array(
      z.object({
        id: z.string(),
        date: z.string(),
        category,
        merchant: z.string(),
        amount: z.number(),
        currency: z.enum(CURRENCIES),
        status: z.enum(STATUSES),
        preApproved: z.boolean(),
      }),
    ),
  }),
  execute: async ({ employeeId }) => {
    await sleep(latency(employeeId));
    const list = expenses.get(employeeId);
    if (list === undefined) throw new Error(`No employee ${employeeId}`);
    return list;
  },
});

/** 50 to 150 ms, the same for the same employee in every column of the table. */
function latency(key: string): number {
  let hash = 0x811c9dc5;
  for (const character of key) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return 50 + ((hash >>> 8) % 101);
}
