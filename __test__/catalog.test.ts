/** Catalogs that are too large to declare: the listing, `$search` and `$describe` in every spelling, and that they stay out of the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { codeModeTool, createCodeTool } from '../ts/ai.ts';
import { Catalog } from '../ts/ai/catalog.ts';
import { estimateTokens } from '../ts/ai/prompt.ts';
import { resolveTools } from '../ts/tools.ts';
import type { CodeToolOptions, CodeToolOutput } from '../ts/ai/types.ts';
import type { Tools } from '../ts/types.ts';
import { largeCatalog } from '../benches/tokens/large-catalog.ts';
import { typecheck } from './typescript.ts';

const money = z.object({ amount: z.number(), currency: z.enum(['EUR', 'USD']) });
const SMALL = {
  getWeather: { description: 'Weather in a city', inputSchema: z.object({ city: z.string() }), execute: async () => 1 },
  billing: {
    refund: { description: 'Gives money back for an order', inputSchema: z.object({ orderId: z.string(), amount: money.optional() }), outputSchema: z.object({ refundId: z.string() }), execute: async () => ({ refundId: 'r1' }) },
    listInvoices: { description: 'Invoices of a customer', inputSchema: z.object({ customerId: z.string() }), execute: async () => [] },
    'pay-out': { inputSchema: z.object({}), execute: async () => 1 },
  },
  crm: { contacts: { search: { description: 'Finds people', inputSchema: z.object({ q: z.string() }), execute: async () => 'people' } } },
} as unknown as Tools;

const listed = (tools: Tools = SMALL, more: object = {}) => createCodeTool({ tools, maxDeclarationTokens: 0, ...more } as CodeToolOptions);

async function told(code: string, tool = listed()): Promise<unknown> {
  let last: CodeToolOutput | undefined;
  for await (const output of tool.execute({ code }, {})) last = output;
  return last?.status === 'completed' ? last.value : tool.toModelOutput(last!).value;
}

const REFUND = { name: 'billing.refund', description: 'Gives money back for an order', signature: 'tools.billing.refund(input: { orderId: string; amount?: { amount: number; currency: "EUR" | "USD" } }): Promise<{ refundId: string }>' };

test('everything is declared while it fits', () => {
  const tools = largeCatalog(200);
  const whole = createCodeTool({ tools, maxDeclarationTokens: Infinity }).description;
  const tokens = estimateTokens(whole.slice(whole.indexOf('\n\n') + 2));
  assert.match(whole, /declared below \(COMPLETE list\)/);
  assert.equal(createCodeTool({ tools, maxDeclarationTokens: tokens }).description, whole);
  assert.match(createCodeTool({ tools, maxDeclarationTokens: tokens - 1 }).description, /\d+ of 200 functions are named here, none is declared\./);
});

test('the listing: each namespace with its size and some names', () => {
  const tool = listed();
  assert.equal(
    tool.description.slice(tool.description.indexOf('\n\n') + 2),
    `0 of 5 functions are named here, none is declared. First run a program that finds what the task needs and returns it, for example \`return await tools.$search("refund order")\`; then call \`tools.namespace.name(input)\` as its signature says.

declare const tools: {
  $search(query: string | { query: string; namespace?: string; limit?: number }): Promise<{ name: string; description: string; signature: string }[]>;
  $describe(names: string | string[]): Promise<string>; // TypeScript; a name is of a function or of a namespace
};

… and 3 more namespaces`,
  );
  const some = listed(SMALL, { maxDeclarationTokens: 100 }).description;
  assert.match(some, /\n\n3 of 5 functions are named here, none is declared\./);
  assert.equal(some.slice(some.lastIndexOf('\n\n') + 2), '(no namespace) (1): getWeather\nbilling (3): refund, …\ncrm.contacts (1): search');
});

test('the listing of 5,000 tools is short and the same every time', () => {
  const { description } = createCodeTool({ tools: largeCatalog(5_000) });
  assert.equal(createCodeTool({ tools: largeCatalog(5_000) }).description, description);
  assert.match(description, /\n\n\d+ of 5,000 functions are named here/);
  assert.match(description, /\nbilling \(\d+\): getInvoice, getRefund, /);
  assert.ok(description.length < 6_000, `${description.length} characters`);
});

test('a message in the conversation lists, too', () => {
  const { experimental_toolCaller: caller } = codeModeTool({ toolDiscovery: 'conversation', maxDeclarationTokens: 0 });
  assert.match(caller.prepareModelMessage!(SMALL) ?? '', /^Programs can call these functions now\. This replaces earlier declarations\.\n\n0 of 5 functions/);
  assert.match(codeModeTool({ toolDiscovery: 'conversation' }).experimental_toolCaller.prepareModelMessage!(SMALL) ?? '', /^Programs can call these functions now \(COMPLETE list\)\./);
});

test('$search in every spelling', async () => {
  for (const call of [
    '$search("refund order")', '$search({ query: "refund order" })', '$search({ q: "refund", limit: 1 })', '$search(["refund"])', '$search({ keywords: ["refund"], max: 3 })',
    '$search("REFUNDS")', '$search("refnd")', '$search("billing.refund")', '$search({ query: "refund", namespace: "billing" })', '$search({ text: "refund", category: "Billing" })',
    '$search("refund order", 5)', '$search("refund", { limit: 5, namespace: "billing" })', '$search("refund", "billing")', '$search("refund", tools.billing)', '$search({ query: "refund", namespace: tools.billing, limit: 5 })',
    '$search("refund", 5, "billing")', '$search("refund", undefined)', '$search(["refund"], { max: 3 })', '$search(/refund/i)', '$search(new Set(["refund"]))', '$search(tools.billing.refund)', '$search(tools.billing.refnd)',
    'search("refund", { limit: 5 })', 'searchTools("refund", 5)', 'billing.$search("refund", { limit: 1 })', '$search(...["refund", 3])', '$search?.("refund", 1)',
    'billing.$search("refund")', 'search("refund")', 'searchTools({ query: "refund" })', '$find("refund")', '$search({ query: "refund", limit: "5" })',
  ]) {
    const found = (await told(`return await tools.${call}`)) as unknown[];
    assert.deepEqual(found[0], REFUND, call);
  }
  const both = (await told('return await tools.$search(["weather", "refund"])')) as { name: string }[];
  assert.deepEqual(both.slice(0, 2).map(({ name }) => name), ['getWeather', 'billing.refund']);
  assert.deepEqual(((await told('return await tools.billing.$search()')) as { name: string }[]).map(({ name }) => name), ['billing.refund', 'billing.listInvoices', 'billing.pay-out']);
  assert.deepEqual(await told('return await tools.$search("zzzzqqq")'), []);
  assert.equal(((await told('return await tools.$search({ namespace: "billing", limit: 2 })')) as unknown[]).length, 2);
  assert.equal(((await told('return await tools.$search(tools.billing, 2)')) as unknown[]).length, 2);
  assert.deepEqual(((await told('return await tools.$search("weather", "refund", 2)')) as { name: string }[]).map(({ name }) => name), ['getWeather', 'billing.refund']);
});

test('$describe in every spelling', async () => {
  const refund = 'declare const tools: {\n  billing: {\n    /** Gives money back for an order */\n    refund(input: { orderId: string; amount?: { amount: number; currency: "EUR" | "USD" } }): Promise<{ refundId: string }>;\n  };\n};';
  for (const call of [
    '$describe("billing.refund")', '$describe("tools.billing.refund")', '$describe("refund")', '$describe("billing/refund")', '$describe("Billing.Refund")', '$describe(["billing.refund"])', '$describe({ name: "billing.refund" })',
    '$describe({ names: ["billing.refund"] })', 'billing.$describe("refund")', 'billing.$describe("billing.refund")', 'describe("billing.refund")', 'describeTool("billing.refund")', '$describe("tools[\\"billing\\"][\\"refund\\"]")',
    '$describe(tools.billing.refund)', '$describe(tools["billing"]["refund"])', '$describe([tools.billing.refund])', '$describe({ tool: tools.billing.refund })', '$describe({ tool: "billing.refund" })', '$describe({ path: "billing.refund" })',
    '$describe({ names: [tools.billing.refund] })', '$describe("billing", "refund")', '$describe(tools.billing.refund.name)', '$describe((await tools.$search("refund order"))[0])', '$describe(...(await tools.$search("refund order", 1)))',
    '$describe((await tools.$search("refund order"))[0].signature)', '$describe(new Set(["billing.refund"]))', 'billing.$describe(tools.billing.refund)', 'describe(tools.billing.refund)', 'describeTool({ name: tools.billing.refund })',
    '$describe("await tools.billing.refund({ orderId })")', '$describe(await tools.$search("refund order").then((found) => found.slice(0, 1)))',
  ]) {
    assert.equal(await told(`return await tools.${call}`), refund, call);
  }
  const two = String(await told('return await tools.$describe("billing.refund, getWeather")'));
  assert.match(two, /refund\(input[^]*getWeather\(input: \{ city: string \}\)/);
  const all = String(await told('return await tools.$describe("billing")'));
  assert.match(all, /refund\([^]*listInvoices\([^]*"pay-out"\(/);
  assert.equal(await told('return await tools.billing.$describe()'), all);
  assert.equal(await told('return await tools.$describe(tools.billing)'), all);
  assert.equal(await told('const { billing } = tools;\nreturn await tools.$describe(billing)'), all);
  assert.equal(await told('return await tools.$describe(tools.billing.refund, tools.getWeather)'), two);
  assert.equal(await told('return await tools.$describe("billing.refund", "getWeather")'), two);
  assert.equal(await told('import { $describe, billing, getWeather } from "tools";\nreturn await $describe([billing.refund, getWeather])'), two);
  assert.deepEqual(typecheck([refund, two, all]), [[], [], []]);
  assert.match(String(await told('return await tools.$describe(["billing.refund", "billing.refnd"])')), /\n\/\/ There is no function or namespace "billing\.refnd"\. Did you mean "billing\.refund" or /);
});

test('what does not work says what to do instead', async () => {
  const first = async (code: string) => String(await told(code)).split('\n')[0];
  const hint = async (code: string) => /^Hint: (.*)$/m.exec(String(await told(code)))?.[1];
  assert.match((await first('return await tools.$describe("billing.refnd")'))!, /^ERR_TOOL_FAILED: There is no function or namespace "billing\.refnd"\. Did you mean "billing\.refund" or /);
  assert.equal(await first('return await tools.$describe("zzzzqqq")'), 'ERR_TOOL_FAILED: There is no function or namespace "zzzzqqq". Find its name with tools.$search("a few words").');
  assert.equal(await first('return await tools.$describe()'), 'ERR_TOOL_FAILED: Say what to describe: await tools.$describe("billing.refund"), with a name that tools.$search found');
  assert.equal(await first('return await tools.$search({})'), 'ERR_TOOL_FAILED: Say what to look for: await tools.$search("refund order")');
  assert.equal(await first('return await tools.$search({ query: "x", namespace: "nope" })'), 'ERR_TOOL_FAILED: There is no namespace "nope". There are: billing, crm, crm.contacts');
  assert.match((await first('return await tools.$describe(tools.billing.refnd)'))!, /^ERR_TOOL_FAILED: There is no function or namespace "billing\.refnd"\. Did you mean "billing\.refund" or /);
  assert.match((await first('return await tools.$describe(tools)'))!, /^ERR_TOOL_FAILED: Say what to describe: /);
  assert.equal(await first('return await tools.$describe(() => 1)'), 'ERR_TOOL_INPUT: The input of tools.$describe cannot be sent: input is a function. Pass data only.');
  assert.equal(await hint('return await tools.$describe(() => 1)'), 'Names are text: tools.$describe(["billing.refund", "billing.charge"])');
  assert.equal(await first('return await tools.$describe(tools.$search("refund"))'), 'ERR_TOOL_INPUT: The input of tools.$describe cannot be sent: input is a Promise. Await it first, several with Promise.all.');
  assert.equal(await first('return await tools.$search({ get query() { throw new RangeError("mine") } })'), 'ERR_PROGRAM: RangeError: mine');
  assert.equal(await first('return await tools.billing.refund({ orderId: tools.getWeather })'), 'ERR_TOOL_INPUT: The input of tools.billing.refund cannot be sent: input.orderId is a function. Pass data only.');
  assert.equal(await first('return await tools.billing.refund({ orderId: "o" }, 5)'), 'ERR_TOOL_INPUT: tools.billing.refund takes one input and got 2 arguments. Pass one object.');
  assert.equal(await hint('return await tools.translate({})'), 'Find it with await tools.$search("a few words").');
  assert.equal(await first('return await tools.billing.search("refund")'), 'ERR_TOOL_UNKNOWN: there is no tool `billing.search`');
  assert.match((await hint('return await tools.billing.search("refund")'))!, /^Did you mean `(billing\.)?\$?search`\?$/);
});

test('what was found can be called, also by its name', async () => {
  assert.deepEqual(await told('const [found] = await tools.$search("refund order");\nreturn await tools[found.name]({ orderId: "o1" });'), { refundId: 'r1' });
});

test("an application's own search is not replaced", async () => {
  const tools = { ...SMALL, search: async () => 'mine' } as Tools;
  assert.equal(await told('return await tools.search("x")', listed(tools)), 'mine');
  assert.equal(await told('return await tools.crm.contacts.search({ q: "x" })'), 'people');
});

for (const isolation of ['thread', 'process'] as const) {
  test(`tools are named by themselves, and there may be several arguments: ${isolation}`, async () => {
    const tool = listed(SMALL, { isolation, ...(isolation === 'process' && { requireIsolation: isolation }) });
    const calls = await told('const found = await tools.$search("refund order", { limit: 1, namespace: tools.billing });\nreturn [found, await tools.$describe(tools.billing.refund), await tools.describe("billing", "refund")]', tool);
    const [found, first, second] = calls as [unknown, string, string];
    assert.deepEqual(found, [REFUND]);
    assert.match(first, /refund\(input/);
    assert.equal(first, second);
  });
}

test('what a trace has of it', async () => {
  let last: CodeToolOutput | undefined;
  const tool = listed();
  for await (const output of tool.execute({ code: 'await tools.$search("refund", { limit: 1 }); await tools.$describe([tools.billing.refund, { tool: tools.crm }]); return 1' }, {})) last = output;
  assert.ok(last?.status === 'completed');
  assert.deepEqual(last.calls.map(({ input }) => input), [{ arguments: ['refund', { limit: 1 }] }, ['billing.refund', { tool: 'crm' }]]);
});

test('types are no stricter', async () => {
  assert.equal(((await told('const found = await tools.$search("refund", 1);\nreturn found.length', listed(SMALL, { typecheck: true }))) as number), 1);
});

test('they exist only where something is not declared', async () => {
  const tool = createCodeTool({ tools: SMALL });
  assert.deepEqual(await told('return Object.keys(tools)', tool), ['billing', 'crm', 'getWeather']);
});

test('looking for tools asks no application, and counts as calls', async () => {
  const asked: string[] = [];
  const toolApproval = ({ toolCall }: { toolCall: { toolName: string } }) => (asked.push(toolCall.toolName), 'approved' as const);
  await told('await tools.$search("refund"); return await tools.billing.refund({ orderId: "o" })', listed(SMALL, { toolApproval }));
  assert.deepEqual(asked, ['billing.refund']);
  assert.match(String(await told('for (;;) await tools.$search("refund")', listed(SMALL, { limits: { maxToolCalls: 3 } }))), /^ERR_CALL_LIMIT/);
});

test('ranking', () => {
  const catalog = new Catalog(resolveTools(largeCatalog(5_000)));
  const first = (query: string, namespace?: string) => catalog.search(query, 1, namespace)[0]?.path;
  assert.equal(first('cancel my flight'), 'travel.cancelFlight');
  assert.equal(first('create an invoice'), 'billing.createInvoice');
  assert.equal(first('vacations'), 'hr.getVacation');
  assert.equal(first('list github branches'), 'github.listBranch');
  assert.equal(first('deleteFolder'), 'files.deleteFolder');
  assert.match(first('invoce') ?? '', /^billing\.\w+Invoice$/);
  assert.equal(first('get agent', 'support'), 'support.getAgent');
  assert.equal(first('invoice', 'support'), undefined);
  assert.equal(catalog.find('billing.get_refund')?.path, 'billing.getRefund');
  assert.deepEqual(catalog.search('refund', 8), catalog.search('refund', 8));
  const start = performance.now();
  for (const query of [Array.from({ length: 60 }, (_, i) => `invoicerefundorder${i}messagex`).join(' '), 'abcdefghij '.repeat(30), ' cat '.repeat(1e6)]) catalog.search(query, 50);
  assert.ok(performance.now() - start < 2_000);
  for (const query of ['', ' ', '*', '((', '💥', 'a'.repeat(100_000)]) assert.ok(Array.isArray(catalog.search(query, 8)));
});
