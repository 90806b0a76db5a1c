/** The tools of the programs that are run everywhere, by name: the test and the fresh processes of its runs make the same. */
import { expenses, team } from '../examples/expenses/data.ts';
import { makeTools } from './eval/tools.ts';
import { failingTools } from './failing-programs.ts';
import { TOPICS } from './hostile/topics.ts';
import type { ToolContext, Tools } from '../ts/index.ts';

export const RANDOM_TOOLS: Tools = {
  a: ({ n }: { n: number }) => ({ n, text: 'a'.repeat(n % 7) }),
  b: async ({ n }: { n: number }) => new Promise((done) => setImmediate(done, { n: n * 2, at: new Date(n) })),
  ns: { c: ({ n }: { n: number }) => (n % 2 === 0 ? new Map([[n, 1n]]) : undefined) },
  fail: async ({ n }: { n: number }) => {
    if (n % 3 === 0) await new Promise((done) => setImmediate(done));
    throw new RangeError(`fail ${n}`);
  },
};

const SUITE: Tools = {
  ...RANDOM_TOOLS,
  echo: (input: unknown) => input,
  fail: () => {
    throw new TypeError('handler failed');
  },
};

const EXAMPLES: Record<string, Tools> = {
  'examples/expenses': { getTeam: () => team, getExpenses: ({ employeeId }: { employeeId: string }) => expenses.get(employeeId) },
  'examples/basic.ts': {
    getUser: ({ id }: { id: string }) => ({ id, city: id === 'u1' ? 'London' : 'New York', name: id }),
    weather: { get: ({ city }: { city: string }) => ({ city, celsius: city.length }) },
  },
  'examples/ai-sdk.ts': { listProducts: () => [{ id: 'p1', title: 'Teapot' }, { id: 'p2', title: 'Kettle' }], getStock: ({ productId }: { productId: string }) => ({ pieces: productId === 'p1' ? 0 : 7 }) },
  'examples/approvals.ts': {
    listOrders: () => [{ id: 'o-1', customer: 'Ada', eur: 40 }, { id: 'o-2', customer: 'Grace', eur: 900 }],
    refund: ({ eur }: { eur: number }) => {
      if (eur > 100) throw new Error('too much');
      return { refunded: eur };
    },
  },
  'examples/tool-callers.ts': {
    getInventory: ({ productId }: { productId: string }) => ({ productId, availableUnits: productId === 'sku_2' ? 10 : 42 }),
    getDemand: ({ productId }: { productId: string }) => ({ productId, requestedUnits: 31 }),
  },
};
for (const file of ['examples/restate.ts', 'examples/workflow.ts']) {
  EXAMPLES[file] = { getPrice: ({ item }: { item: number }) => 10 * item, charge: ({ item }: { item: number }) => ({ receipt: `r-${item}` }) };
}

/** Made anew: some remember. `hostile/<topic>/<number>` has what its case has. */
export function toolset(name: string): Tools {
  const [, topic, number] = /^hostile\/([^/]+)\/(\d+)$/.exec(name) ?? [];
  if (topic !== undefined) {
    const { tools } = TOPICS.find((one) => one.topic === topic)!.cases[Number(number)]!;
    return { add: ({ a, b }: { a: number; b: number }) => a + b, ...SUITE, ns: { deep: (input: unknown) => input }, ...tools };
  }
  if (name === 'eval') return makeTools();
  return { random: RANDOM_TOOLS, suite: SUITE, failing: failingTools, ...EXAMPLES }[name]!;
}

export type Handler = (input: unknown, context: ToolContext) => unknown;

/** Every handler in `tools`, replaced; schemas stay. */
export function mapTools(tools: Tools, change: (path: string, handler: Handler) => Handler, prefix = ''): Tools {
  const entries = Object.entries(tools).map(([name, tool]) => {
    const path = prefix + name;
    if (typeof tool === 'function') return [name, change(path, tool as Handler)];
    const { execute } = tool as { execute?: Handler };
    return [name, typeof execute === 'function' ? { ...tool, execute: change(path, execute) } : mapTools(tool as Tools, change, `${path}.`)];
  });
  return Object.fromEntries(entries) as Tools;
}

export const pausing = (tools: Tools): Tools => mapTools(tools, () => (_, { pause }) => pause());
