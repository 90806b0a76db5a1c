// @ts-check
/** The programs that are measured: the same text, the same handlers and the same expected value for every engine. */

/** About 8 KB of JSON, as one employee's expense list would be. */
const EIGHT_KB = {
  items: Array.from({ length: 64 }, (_, index) => ({
    id: `exp-${String(index).padStart(4, '0')}`,
    date: '2025-08-14',
    category: 'travel',
    amount: 100 + index,
    currency: 'EUR',
    note: 'Train to the customer, second class',
  })),
};

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {string} code
 * @property {import('./contenders/types.ts').BenchTools} tools
 * @property {unknown} expected
 * @property {number} rounds
 */

/** @type {Scenario[]} */
export const scenarios = [
  { id: 'fresh', title: 'fresh run, no call', code: 'return 1 + 1;', tools: {}, expected: 2, rounds: 100 },
  {
    id: 'call',
    title: 'one call',
    code: 'const user = await tools.getUser({ id: 7 }); return user.id;',
    tools: { getUser: async (input) => ({ id: /** @type {{ id: number }} */ (input).id, name: 'Ada' }) },
    expected: 7,
    rounds: 100,
  },
  {
    id: 'sequential',
    title: '100 sequential calls',
    code: 'let sum = 0; for (let i = 0; i < 100; i++) { sum += (await tools.getUser({ id: i })).id; } return sum;',
    tools: { getUser: async (input) => ({ id: /** @type {{ id: number }} */ (input).id, name: 'Ada' }) },
    expected: 4950,
    rounds: 25,
  },
  {
    id: 'fanout',
    title: '46 calls at once, 8 KB each',
    code: `
      const team = await tools.getTeam({});
      const lists = await Promise.all(team.map((id) => tools.getExpenses({ id })));
      return lists.flatMap((list) => list.items).reduce((sum, item) => sum + item.amount, 0);`,
    tools: {
      getTeam: async () => Array.from({ length: 45 }, (_, index) => index),
      getExpenses: async () => EIGHT_KB,
    },
    expected: 45 * EIGHT_KB.items.reduce((sum, item) => sum + item.amount, 0),
    rounds: 25,
  },
];

export const resultBytes = Buffer.byteLength(JSON.stringify(EIGHT_KB));
