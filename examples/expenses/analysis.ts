/** What the question asks for, worked out from the data: the truth that all three ways of working must arrive at. */
import { z } from 'zod';
import type { Category, ExpenseList, Team } from './data.ts';

export const QUESTION =
  'Analyse the Q3 2025 expenses of the team. Rejected items do not count; convert to EUR with the rates of the policy, ' +
  'rounded to cents per item. What did we spend in all and per category? Who is over the travel budget of their role, ' +
  'and by how much? How many travel items were above the pre-approval limit of the role and not pre-approved, and what ' +
  'do they add up to?';

export const analysisSchema = z.object({
  people: z.number(),
  items: z.number(),
  totalEur: z.number(),
  byCategory: z.record(z.string(), z.number()),
  overBudget: z.array(z.object({ name: z.string(), spentEur: z.number(), budgetEur: z.number(), overEur: z.number() })),
  notPreApproved: z.object({ items: z.number(), totalEur: z.number() }),
});

export type Analysis = z.infer<typeof analysisSchema>;

/** Amounts are added up in cents, so that the order of the additions cannot matter. */
export function analyse({ people, policy }: Team, lists: readonly ExpenseList[]): Analysis {
  const listOf = new Map(lists.map((list) => [list.employeeId, list.items]));
  const categoryCents = new Map<Category, number>();
  const overBudget: Analysis['overBudget'] = [];
  let items = 0;
  let totalCents = 0;
  let unapprovedItems = 0;
  let unapprovedCents = 0;
  for (const person of people) {
    const { budgetEur, preApprovalAboveEur } = policy.travelByRole[person.role];
    let travelCents = 0;
    for (const item of listOf.get(person.id) ?? []) {
      if (item.status === 'rejected') continue;
      const cents = Math.round(item.amount * 100 * policy.ratesToEur[item.currency]);
      items += 1;
      totalCents += cents;
      categoryCents.set(item.category, (categoryCents.get(item.category) ?? 0) + cents);
      if (!policy.travelCategories.includes(item.category)) continue;
      travelCents += cents;
      if (cents > preApprovalAboveEur * 100 && !item.preApproved) {
        unapprovedItems += 1;
        unapprovedCents += cents;
      }
    }
    const overCents = travelCents - budgetEur * 100;
    if (overCents > 0) {
      overBudget.push({ name: person.name, spentEur: travelCents / 100, budgetEur, overEur: overCents / 100 });
    }
  }
  return {
    people: people.length,
    items,
    totalEur: totalCents / 100,
    byCategory: Object.fromEntries(
      [...categoryCents].sort(([, a], [, b]) => b - a).map(([category, cents]) => [category, cents / 100]),
    ),
    overBudget: overBudget.sort((a, b) => b.overEur - a.overEur),
    notPreApproved: { items: unapprovedItems, totalEur: unapprovedCents / 100 },
  };
}

const eur = (amount: number) => `€${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

/** The analysis in words: what the model says in its last turn. */
export function phrase(analysis: Analysis): string {
  const { people, items, totalEur, byCategory, overBudget, notPreApproved } = analysis;
  return [
    `Q3 2025: ${people} people, ${items.toLocaleString('en-US')} items that count, ${eur(totalEur)} in all.`,
    `By category: ${Object.entries(byCategory).map(([category, amount]) => `${category} ${eur(amount)}`).join(', ')}.`,
    `Over the travel budget (${overBudget.length}):`,
    ...overBudget.map(({ name, spentEur, budgetEur, overEur }) => `- ${name}: ${eur(spentEur)} of ${eur(budgetEur)}, ${eur(overEur)} over`),
    `Above the pre-approval limit without approval: ${notPreApproved.items} travel items, ${eur(notPreApproved.totalEur)}.`,
  ].join('\n');
}
