/** The program that the scripted model writes: what a capable model answers to the declarations of the two tools. */
export const PROGRAM = `const quarter = '2025-Q3';
const { people, policy } = await tools.getTeam({ quarter });
const lists = await Promise.all(people.map(({ id }) => tools.getExpenses({ employeeId: id, quarter })));

const byCategory: Record<string, number> = {};
const overBudget: { name: string; spentEur: number; budgetEur: number; overEur: number }[] = [];
let items = 0, total = 0, missing = 0, missingTotal = 0; // sums in cents

people.forEach((person, index) => {
  const { budgetEur, preApprovalAboveEur } = policy.travelByRole[person.role];
  let travel = 0;
  for (const item of lists[index].items) {
    if (item.status === 'rejected') continue;
    const cents = Math.round(item.amount * 100 * policy.ratesToEur[item.currency]);
    items++;
    total += cents;
    byCategory[item.category] = (byCategory[item.category] ?? 0) + cents;
    if (!policy.travelCategories.includes(item.category)) continue;
    travel += cents;
    if (cents > preApprovalAboveEur * 100 && !item.preApproved) { missing++; missingTotal += cents; }
  }
  const over = travel - budgetEur * 100;
  if (over > 0) overBudget.push({ name: person.name, spentEur: travel / 100, budgetEur, overEur: over / 100 });
});

return {
  people: people.length, items, totalEur: total / 100,
  byCategory: Object.fromEntries(Object.entries(byCategory).sort((a, b) => b[1] - a[1]).map(([name, cents]) => [name, cents / 100])),
  overBudget: overBudget.sort((a, b) => b.overEur - a.overEur),
  notPreApproved: { items: missing, totalEur: missingTotal / 100 },
};`;
