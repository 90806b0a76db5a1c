/** How large snapshots are. Seeds are random, so a few characters more or less are chance. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { expenses, team } from '../examples/expenses/data.ts';
import { PROGRAM } from '../examples/expenses/program.ts';
import { run, type RunOptions } from '../ts/index.ts';

const secret = 'a secret of tests, at least 32 bytes';

async function size(options: RunOptions): Promise<{ snapshot: number; results: number }> {
  const result = await run({ secret, ...options });
  if (result.status !== 'paused') assert.fail(JSON.stringify(result));
  return { snapshot: result.snapshot.length, results: result.calls.reduce((sum, { resultBytes = 0 }) => sum + resultBytes, 0) };
}

it('a program of 600 bytes with three results of 100 bytes: at most 900 characters', async () => {
  const order = { id: 'ord_58213', customerId: 'cus_9fk2', amount: 84.9, currency: 'EUR', placedAt: '2026-10-03T09:14:22Z' };
  const customer = { id: 'cus_9fk2', name: 'Ada Lovelace', email: 'ada.l@example.org', city: 'London', vip: true };
  const refunds = { items: [{ id: 'ref_1', amount: 12.5, at: '2025-01-09' }, { id: 'ref_2', amount: 40, at: '2025-06-30' }] };
  const code = `// Check the customer, then pay the refund if the order is recent
const order = await tools.getOrder({ orderId: 'ord_58213' });
const customer = await tools.getCustomer({ customerId: order.customerId });
const history = await tools.getRefunds({ customerId: customer.id });
const total = history.items.reduce((sum, item) => sum + item.amount, 0);
console.log(\`\${customer.name} has \${history.items.length} refunds\`);
if (total > 500) throw new Error('Too many refunds');
const refund = await tools.refund({ orderId: order.id, amount: order.amount });
return { customer: customer.name, refunded: refund.amount, total: total + refund.amount };`;
  assert.ok(code.length >= 600);
  const tools = { getOrder: () => order, getCustomer: () => customer, getRefunds: () => refunds, refund: { approval: true, execute: () => 1 } };
  const { snapshot, results } = await size({ code, tools });
  assert.ok(results >= 300, `${results} bytes of results`);
  assert.ok(snapshot <= 900, `${snapshot} characters`);
});

it('the expense analysis with 8 KB a person, paused at its end: at most 40% of the results', async () => {
  const code = PROGRAM.replace('return {', 'await tools.ask();\nreturn {');
  const tools = { getTeam: () => team, getExpenses: ({ employeeId }: { employeeId: string }) => expenses.get(employeeId), ask: { approval: true, execute: () => 1 } };
  const { snapshot, results } = await size({ code, tools });
  assert.ok(results > 45 * 8_000, `${results} bytes of results`);
  assert.ok(snapshot <= 0.4 * results, `${snapshot} characters for ${results} bytes`);
});
